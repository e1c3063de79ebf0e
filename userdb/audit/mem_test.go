package audit_test

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"testing"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// mem is a transaction over names and values at hand. Names in torn are there and cannot be read, as in a sealed store:
// a scan ends at them without a name.
type mem struct {
	names  []string // sorted
	values map[string][]byte
	torn   map[string]bool
}

var _ interface {
	kv.Tx
	kv.View
} = (*mem)(nil)

// newMem is a store with a list of chains, and nothing else.
func newMem() *mem {
	m := emptyMem()
	if err := audit.Create(m, key); err != nil {
		panic(err)
	}
	return m
}

func emptyMem() *mem { return &mem{values: map[string][]byte{}, torn: map[string]bool{}} }

func (m *mem) read(name string) ([]byte, error) {
	if m.torn[name] {
		return nil, kv.ErrDamaged
	}
	return bytes.Clone(m.values[name]), nil
}

func (m *mem) Get(name string) ([]byte, error) {
	if _, ok := m.values[name]; !ok {
		return nil, kv.ErrNotFound
	}
	return m.read(name)
}

func (m *mem) Floor(name string) (string, []byte, error) {
	i, ok := slices.BinarySearch(m.names, name)
	if !ok {
		i--
	}
	if i < 0 {
		return "", nil, kv.ErrNotFound
	}
	value, err := m.read(m.names[i])
	return m.names[i], value, err
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
		i, _ := slices.BinarySearch(m.names, max(prefix, after))
		for _, name := range m.names[i:] {
			if !strings.HasPrefix(name, prefix) {
				return
			}
			if name == after {
				continue
			}
			value, err := m.read(name)
			if err != nil {
				yield(kv.Entry{}, err)
				return
			}
			if !yield(kv.Entry{Name: name, Value: value}, nil) {
				return
			}
		}
	}
}

// clone returns a copy to spoil.
func (m *mem) clone() *mem {
	c := emptyMem()
	for _, name := range m.names {
		c.Put(name, m.values[name])
	}
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Changes knows of none: nothing here asks.
func (m *mem) Changes(kv.Rev) ([]string, kv.Rev, error) { return nil, 0, kv.ErrCompacted }
