package userdb

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"jotkit/userdb/kv"
)

// getRecord reads the JSON value of a record, or kv.ErrNotFound.
func getRecord(r kv.Reader, name string, out any) error {
	value, err := r.Get(name)
	if err != nil {
		return err
	}
	return parseRecord(name, value, out)
}

func parseRecord(name string, value []byte, out any) error {
	if err := json.Unmarshal(value, out); err != nil {
		// The cause may quote the value, and a value may be secret.
		return damaged(name, "it is not the JSON it should be")
	}
	return nil
}

func putRecord(tx kv.Tx, name string, in any) error {
	value, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return tx.Put(name, value)
}

func damaged(name, what string) error {
	return fmt.Errorf("%w: record %q: %s", kv.ErrDamaged, name, what)
}

// expect tells whether a record says the name it was found under: one that was put in another's place is damage.
func expect(name, prefix, says string) error {
	if strings.TrimPrefix(name, prefix) != says {
		return damaged(name, "it belongs under another name")
	}
	return nil
}

// list yields the records under prefix whose names are greater than after. It ends at the first error.
func list[T any](v kv.View, prefix, after string, named func(*T) string) iter.Seq2[*T, error] {
	if after != "" {
		after = prefix + after
	}
	return func(yield func(*T, error) bool) {
		for e, err := range v.Scan(prefix, after) {
			record := new(T)
			if err == nil {
				err = parseRecord(e.Name, e.Value, record)
			}
			if err == nil {
				err = expect(e.Name, prefix, named(record))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}

// sortedSet returns the words in order, each once. It is never nil, so that JSON shows an array.
func sortedSet(words []string) []string {
	set := append([]string{}, words...)
	slices.Sort(set)
	return slices.Compact(set)
}

// errorOr returns err, or other where there is none.
func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
