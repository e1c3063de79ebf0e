package kvtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"jotkit/userdb/kv"
)

// A Model is a store, beside one in memory that says what it must answer. Its methods are steps of a property.
type Model struct {
	Store  kv.Store
	Plain  *kv.Memory
	Names  *rapid.Generator[string]
	Values *rapid.Generator[[]byte]
	// Revs has for revisions of the store those of Plain. Those of Gone are from before everything was to be read again.
	Revs  map[kv.Rev]kv.Rev
	Gone  []kv.Rev
	Wrong int // answers
}

// NewModel makes a model of a store that holds nothing yet.
func NewModel(t *rapid.T, s kv.Store, names *rapid.Generator[string], values *rapid.Generator[[]byte]) *Model {
	m := &Model{Store: s, Plain: kv.NewMemory(), Names: names, Values: values, Revs: map[kv.Rev]kv.Rev{}}
	m.Met(t)
	return m
}

// Fatal ends the test of a wrong answer.
func (m *Model) Fatal(t *rapid.T, format string, args ...any) {
	t.Helper()
	m.Wrong++
	t.Fatalf(format, args...)
}

// Met notes that the revisions of the two are of the same state.
func (m *Model) Met(t *rapid.T) {
	rev, err := m.Store.Rev()
	plain, _ := m.Plain.Rev()
	if known, ok := m.Revs[rev]; err != nil || ok && known != plain {
		m.Fatal(t, "revision %d was %d in the model and is %d: %v", rev, known, plain, err)
	}
	if slices.Contains(m.Gone, rev) {
		m.Fatal(t, "revision %d came again", rev)
	}
	m.Revs[rev] = plain
}

var errMine = errors.New("mine")

// Write does some steps in one transaction, on both, and may then think better of it.
func (m *Model) Write(t *rapid.T) {
	type step struct {
		what, name string
		value      []byte
	}
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{rapid.SampledFrom([]string{"put", "put", "delete", "get", "floor"}).Draw(t, "what"),
			m.Names.Draw(t, "name"), m.Values.Draw(t, "value")}
	}), 0, 12).Draw(t, "steps")
	var end error
	if rapid.IntRange(0, 5).Draw(t, "end") == 0 {
		end = errMine
	}
	do := func(s kv.Store) (seen []string, err error) {
		_, err = s.Update(t.Context(), func(tx kv.Tx) error {
			seen = nil
			for _, x := range steps {
				switch x.what {
				case "put":
					err = tx.Put(x.name, x.value)
				case "delete":
					err = tx.Delete(x.name)
				default:
					seen = append(seen, point(tx, x.what, x.name))
				}
				if err != nil {
					return err
				}
			}
			return end
		})
		return seen, err
	}
	want, wantErr := do(m.Plain)
	got, err := do(m.Store)
	if !slices.Equal(got, want) || err != wantErr {
		m.Fatal(t, "write: %q, %v, want %q, %v", got, err, want, wantErr)
	}
	m.Met(t)
}

// point reads one record, and puts what comes of it into words.
func point(r kv.Reader, what, name string) string {
	found := name
	var value []byte
	var err error
	if what == "get" {
		value, err = r.Get(name)
	} else {
		found, value, err = r.Floor(name)
	}
	if err != nil {
		return fmt.Sprintf("%s %q: not found %v", what, name, errors.Is(err, kv.ErrNotFound))
	}
	return fmt.Sprintf("%s %q: %q, %d bytes %.8q", what, name, found, len(value), value)
}

// Look reads some of both.
func (m *Model) Look(t *rapid.T) {
	name, after := m.Names.Draw(t, "name"), m.Names.Draw(t, "after")
	prefix := rapid.SampledFrom([]string{"", "u", "deny/", "deny/a", "ring", "x"}).Draw(t, "prefix")
	do := func(s kv.Store) (seen []string) {
		err := s.View(t.Context(), func(v kv.View) error {
			seen = []string{point(v, "get", name), point(v, "floor", name)}
			for e, err := range v.Scan(prefix, after) {
				seen = append(seen, fmt.Sprintf("%s: %d bytes, %v", e.Name, len(e.Value), err))
			}
			return nil
		})
		return append(seen, fmt.Sprint(err))
	}
	if got, want := do(m.Store), do(m.Plain); !slices.Equal(got, want) {
		m.Fatal(t, "look: %q, want %q", got, want)
	}
}

// Changes asks since a revision of any time for what has changed.
func (m *Model) Changes(t *rapid.T) {
	since := rapid.SampledFrom(append(slices.Sorted(maps.Keys(m.Revs)), m.Gone...)).Draw(t, "since")
	got, now, err := Changes(t.Context(), m.Store, since)
	if rev, _ := m.Store.Rev(); now != rev {
		m.Fatal(t, "changes: at %d, want %d", now, rev)
	}
	plain, known := m.Revs[since]
	if !known {
		if !errors.Is(err, kv.ErrCompacted) {
			m.Fatal(t, "changes since %d, before everything was to be read again: %q, %v", since, got, err)
		}
		return
	}
	want, _, err2 := Changes(t.Context(), m.Plain, plain)
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || err2 != nil || !slices.Equal(got, want) {
		m.Fatal(t, "changes since %d: %q, %v, want %q, %v", since, got, err, want, err2)
	}
}

// Same holds all records against the model.
func (m *Model) Same(t *rapid.T) {
	got, want := m.Records(t, m.Store), m.Records(t, m.Plain)
	if !maps.Equal(got, want) {
		m.Fatal(t, "%d records, want %d", len(got), len(want))
	}
}

// Records are all that one of the two stores holds.
func (m *Model) Records(t *rapid.T, s kv.Store) map[string]string {
	all, err := Records(t.Context(), s)
	if err != nil {
		m.Fatal(t, "scan: %v", err)
	}
	return all
}
