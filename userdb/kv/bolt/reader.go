package bolt

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"jotkit/userdb/kv"
)

var errOver = errors.New("used after its transaction")

// A reader reads the records of one committed state: it is a kv.View, and what an Update lays its overlay on.
type reader struct {
	file    *file
	pages   *pages // nil once the transaction is over, and the bytes are gone
	records tree
	numbers numbers
}

func openReader(h *file) (r *reader, err error) {
	r = &reader{file: h}
	err = sound(func() error {
		if r.pages, err = h.pages(); err != nil {
			return err
		}
		if r.records, err = r.pages.bucket(recordsBucket); err != nil {
			return err
		}
		own, err := r.pages.bucket(numbersBucket)
		if err != nil {
			return err
		}
		name, value, err := own.floor([]byte(numbersName), true)
		if err == nil && string(name) != numbersName {
			err = damaged("the store's own numbers are missing")
		}
		if err == nil {
			r.numbers, err = parseNumbers(value)
		}
		return err
	})
	return r, err
}

// Get returns a copy of the value of name.
func (r *reader) Get(name string) ([]byte, error) {
	found, value, err := r.floor(name, true)
	if err == nil && found != name {
		err = kv.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return value, nil
}

// Floor returns the greatest name ≤ this one.
func (r *reader) Floor(name string) (string, []byte, error) { return r.floor(name, true) }

// Before returns the greatest name < this one.
func (r *reader) Before(name string) (string, []byte, error) { return r.floor(name, false) }

func (r *reader) floor(name string, orEqual bool) (found string, value []byte, err error) {
	if r.pages == nil {
		return "", nil, errOver
	}
	err = sound(func() error {
		n, v, err := r.records.floor([]byte(name), orEqual)
		if err == nil && n == nil {
			err = kv.ErrNotFound
		}
		found, value = string(n), append([]byte{}, v...)
		return err
	})
	switch {
	case errors.Is(err, kv.ErrNotFound):
		return "", nil, kv.ErrNotFound
	case err != nil:
		return "", nil, fmt.Errorf("record %q: %w", name, err)
	}
	return found, value, nil
}

// Scan yields records in order.
func (r *reader) Scan(prefix, after string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		at, orEqual := max(prefix, after), after < prefix
		for {
			entries, err := r.leaf(at, orEqual)
			if err != nil {
				yield(kv.Entry{}, fmt.Errorf("records after %q: %w", at, err))
				return
			}
			for _, e := range entries {
				if !strings.HasPrefix(e.Name, prefix) || !yield(e, nil) {
					return
				}
				at, orEqual = e.Name, false
			}
			if len(entries) == 0 {
				return
			}
		}
	}
}

// leaf copies the records of one leaf from the least name > at on, or ≥ it: nothing of the mapping is touched while the
// caller has the entries, whose panics are not ours.
func (r *reader) leaf(at string, orEqual bool) (entries []kv.Entry, err error) {
	if r.pages == nil {
		return nil, errOver
	}
	err = sound(func() error {
		p, i, err := r.records.after([]byte(at), orEqual)
		if err != nil || p == nil {
			return err
		}
		for ; i < p.count(); i++ {
			if p.isBucket(i) {
				return damaged("page %d: element %d", p.id(), i)
			}
			entries = append(entries, kv.Entry{Name: string(p.name(i)), Value: append([]byte{}, p.value(i)...)})
		}
		return nil
	})
	return entries, err
}
