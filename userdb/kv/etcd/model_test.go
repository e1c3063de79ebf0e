//go:build etcd

package etcd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/kvtest"
)

// A model is a store in etcd, beside one in memory that says what it must answer.
type model struct {
	options etcd.Options
	store   *etcd.Store
	plain   *kv.Memory
	revs    map[kv.Rev]kv.Rev // for revisions of the store those of plain
}

// TestFollowsTheModel: whatever is written and undone in whatever order, by whichever client, the store answers as the one in
// memory does.
func TestFollowsTheModel(t *testing.T) {
	c := single(t)
	kvtest.Checks(t, 10, 300)
	lives, writes := 0, 0
	rapid.Check(t, func(t2 *rapid.T) {
		lives++
		m := &model{options: c.options(t), plain: kv.NewMemory(), revs: map[kv.Rev]kv.Rev{}}
		if err := etcd.Create(context.Background(), m.options, nil); err != nil {
			t2.Fatal(err)
		}
		m.store = etcd.New(m.options)
		defer func() { m.store.Close() }()
		m.met(t2)
		write := func(t *rapid.T) { m.write(t); writes++ }
		t2.Repeat(map[string]func(*rapid.T){
			"write": write, "write again": write, "look": m.look, "changes": m.changes, "": m.same,
			"another client": func(t *rapid.T) {
				if err := m.store.Close(); err != nil {
					t.Fatal(err)
				}
				m.store = etcd.New(m.options)
			},
		})
	})
	t.Logf("%d lives of a store, %d writes", lives, writes)
}

// met notes that two revisions are of the same state.
func (m *model) met(t *rapid.T) {
	rev, err := m.store.Rev()
	plain, _ := m.plain.Rev()
	if known, ok := m.revs[rev]; err != nil || ok && known != plain {
		t.Fatalf("revision %d was %d in the model and is %d: %v", rev, known, plain, err)
	}
	m.revs[rev] = plain
}

var (
	recordNames = rapid.OneOf(rapid.SampledFrom([]string{"ring", "settings", "keys", "\x00", "deny/\xff", "z"}),
		rapid.StringMatching(`(user|deny|audit/x)/[a-f]{1,3}`))
	recordValues = rapid.Map(rapid.IntRange(0, 2000), func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) })
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
		t.Fatalf("write: %q, %v, want %q, %v", got, err, want, wantErr)
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
		return fmt.Sprintf("%s %q: not found %v", what, name, errors.Is(err, kv.ErrNotFound))
	}
	return fmt.Sprintf("%s %q: %q, %d bytes %.8q", what, name, found, len(value), value)
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
		t.Fatalf("look: %q, want %q", got, want)
	}
}

// changes asks since a revision of any time for what has changed.
func (m *model) changes(t *rapid.T) {
	since := rapid.SampledFrom(slices.Sorted(maps.Keys(m.revs))).Draw(t, "since")
	got, now, err := kvtest.Changes(t.Context(), m.store, since)
	if rev, _ := m.store.Rev(); now != rev {
		t.Fatalf("changes: at %d, want %d", now, rev)
	}
	want, _, err2 := kvtest.Changes(t.Context(), m.plain, m.revs[since])
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || err2 != nil || !slices.Equal(got, want) {
		t.Fatalf("changes since %d: %q, %v, want %q, %v", since, got, err, want, err2)
	}
}

// same holds all records against the model.
func (m *model) same(t *rapid.T) {
	got, want := m.records(t, m.store), m.records(t, m.plain)
	if !maps.Equal(got, want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
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
		t.Fatalf("scan: %v", err)
	}
	return all
}
