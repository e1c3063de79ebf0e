package userdb_test

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"testing"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// mem is a transaction over names and values at hand: what the functions of this package are given, without a store.
type mem struct {
	names  []string // sorted
	values map[string][]byte
}

var _ interface {
	kv.Tx
	kv.View
} = (*mem)(nil)

func newMem() *mem { return &mem{values: map[string][]byte{}} }

func (m *mem) Get(name string) ([]byte, error) {
	value, ok := m.values[name]
	if !ok {
		return nil, kv.ErrNotFound
	}
	return bytes.Clone(value), nil
}

func (m *mem) Floor(name string) (string, []byte, error) {
	i, ok := slices.BinarySearch(m.names, name)
	if !ok {
		i--
	}
	if i < 0 {
		return "", nil, kv.ErrNotFound
	}
	return m.names[i], bytes.Clone(m.values[m.names[i]]), nil
}

func (m *mem) Put(name string, value []byte) error {
	if i, ok := slices.BinarySearch(m.names, name); !ok {
		m.names = slices.Insert(m.names, i, name)
	}
	m.values[name] = bytes.Clone(value)
	return nil
}

func (m *mem) Delete(name string) error {
	if i, ok := slices.BinarySearch(m.names, name); ok {
		m.names = slices.Delete(m.names, i, i+1)
	}
	delete(m.values, name)
	return nil
}

func (m *mem) Scan(prefix, after string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		for _, name := range slices.Clone(m.names) {
			if strings.HasPrefix(name, prefix) && name > after && !yield(kv.Entry{Name: name, Value: m.values[name]}, nil) {
				return
			}
		}
	}
}

// under returns the names that begin with prefix.
func (m *mem) under(prefix string) (names []string) {
	for _, name := range m.names {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names
}

// newStore returns a store as it is after its creation.
func newStore(t testing.TB) (*mem, kv.Secrets) {
	t.Helper()
	m := newMem()
	must(t, userdb.CreateDeny(m))
	must(t, userdb.CreateRoles(m))
	return m, kv.NewSecrets()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Changes knows of none: nothing here asks.
func (m *mem) Changes(kv.Rev) ([]string, kv.Rev, error) { return nil, 0, kv.ErrCompacted }
