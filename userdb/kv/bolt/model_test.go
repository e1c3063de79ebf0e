package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// A model is a store in a file, beside one in memory that says what it must answer.
type model struct {
	store *bolt.Store
	plain *kv.Memory
	// revs has for revisions of the store those of plain. Those of gone are from before everything was to be read again.
	revs   map[kv.Rev]kv.Rev
	gone   []kv.Rev
	copies []copied
	wrong  int
}

// A copied is a copy of the store, and what it held then.
type copied struct {
	file    string
	commits uint64
	records map[string]string
}

// TestFollowsTheModel: whatever is written, undone, compacted, copied and restored in whatever order, the store answers as
// the one in memory does.
func TestFollowsTheModel(t *testing.T) {
	kvtest.Checks(t, 10, 200)
	dir := t.TempDir()
	lives, compactions, restores, writes, wrong := 0, 0, 0, 0, 0
	defer func() {
		kvtest.Figure(t, "Whatever is written, compacted, copied and restored in whatever order, the file answers as a store in memory does",
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(writes, "writes"), kvtest.Tried(compactions, "compactions"),
			kvtest.Tried(restores, "restores asked for"), kvtest.Never(wrong, "wrong answers"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		lives++
		home := filepath.Join(dir, fmt.Sprint(lives))
		defer os.RemoveAll(home)
		m := newModel(t, filepath.Join(home, "store"))
		counted := func(n *int, act func(*rapid.T)) func(*rapid.T) { return func(t *rapid.T) { act(t); *n++ } }
		defer func() { wrong += m.wrong }()
		t.Repeat(map[string]func(*rapid.T){
			"write": counted(&writes, m.write), "write again": counted(&writes, m.write), "look": m.look, "changes": m.changes,
			"open anew": func(*rapid.T) { m.store = bolt.New(m.store.Path(), bolt.Options{}) },
			"compact":   counted(&compactions, m.compact), "copy": m.copy, "restore": counted(&restores, m.restore),
			"": m.same,
		})
		if faults, err := m.store.Check(t.Context()); err != nil || len(faults) > 0 {
			t.Fatalf("check: %q, %v", faults, err)
		}
	})
}

func newModel(t *rapid.T, path string) *model {
	if err := bolt.Create(context.Background(), path, bolt.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	m := &model{store: bolt.New(path, bolt.Options{}), plain: kv.NewMemory(), revs: map[kv.Rev]kv.Rev{}}
	m.met(t)
	return m
}

// met notes that two revisions are of the same state.
func (m *model) met(t *rapid.T) {
	rev, err := m.store.Rev()
	plain, _ := m.plain.Rev()
	if known, ok := m.revs[rev]; err != nil || ok && known != plain {
		m.fatal(t, "revision %d was %d in the model and is %d: %v", rev, known, plain, err)
	}
	if slices.Contains(m.gone, rev) {
		m.fatal(t, "revision %d came again", rev)
	}
	m.revs[rev] = plain
}

func (m *model) fatal(t *rapid.T, format string, args ...any) {
	t.Helper()
	m.wrong++
	t.Fatalf(format, args...)
}

var (
	recordNames = rapid.OneOf(rapid.SampledFrom([]string{"ring", "settings", "keys"}),
		rapid.StringMatching(`(user|deny|audit)/[a-f]{1,2}`))
	recordValues = rapid.Map(rapid.IntRange(0, 9000), func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) })
	errMine      = errors.New("mine")
)

// write does some steps in one transaction, on both, and may then think better of it.
func (m *model) write(t *rapid.T) {
	type step struct {
		what, name string
		value      []byte
	}
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{rapid.SampledFrom([]string{"put", "put", "delete", "get", "floor"}).Draw(t, "what"),
			recordNames.Draw(t, "name"), recordValues.Draw(t, "value")}
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
	want, wantErr := do(m.plain)
	got, err := do(m.store)
	if !slices.Equal(got, want) || err != wantErr {
		m.fatal(t, "write: %q, %v, want %q, %v", got, err, want, wantErr)
	}
	m.met(t)
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
		return fmt.Sprintf("%s %s: not found %v", what, name, errors.Is(err, kv.ErrNotFound))
	}
	return fmt.Sprintf("%s %s: %s, %d bytes %.8q", what, name, found, len(value), value)
}

// look reads some of both.
func (m *model) look(t *rapid.T) {
	name, after := recordNames.Draw(t, "name"), recordNames.Draw(t, "after")
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
	if got, want := do(m.store), do(m.plain); !slices.Equal(got, want) {
		m.fatal(t, "look: %q, want %q", got, want)
	}
}

// changes asks since a revision of any time for what has changed.
func (m *model) changes(t *rapid.T) {
	since := rapid.SampledFrom(append(slices.Sorted(maps.Keys(m.revs)), m.gone...)).Draw(t, "since")
	got, now, err := kvtest.Changes(t.Context(), m.store, since)
	if rev, _ := m.store.Rev(); now != rev {
		m.fatal(t, "changes: at %d, want %d", now, rev)
	}
	plain, known := m.revs[since]
	if !known {
		if !errors.Is(err, kv.ErrCompacted) {
			m.fatal(t, "changes since %d, before everything was to be read again: %q, %v", since, got, err)
		}
		return
	}
	want, _, err2 := kvtest.Changes(t.Context(), m.plain, plain)
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || err2 != nil || !slices.Equal(got, want) {
		m.fatal(t, "changes since %d: %q, %v, want %q, %v", since, got, err, want, err2)
	}
}

// same holds all records against the model.
func (m *model) same(t *rapid.T) {
	got, want := m.records(t, m.store), m.records(t, m.plain)
	if !maps.Equal(got, want) {
		m.fatal(t, "%d records, want %d", len(got), len(want))
	}
}

func (m *model) records(t *rapid.T, s kv.Store) map[string]string {
	all := map[string]string{}
	if err := s.View(t.Context(), func(v kv.View) error {
		for e, err := range v.Scan("", "") {
			if err != nil {
				return err
			}
			all[e.Name] = string(e.Value)
		}
		return nil
	}); err != nil {
		m.fatal(t, "scan: %v", err)
	}
	return all
}
