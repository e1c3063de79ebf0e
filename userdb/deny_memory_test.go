package userdb_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// The list in memory, renewed by what changed, says of every id what the store says: through splits, merges and expiry.
func TestDenyListFollowsTheStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, secrets := kv.NewMemory(), kv.NewSecrets()
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		update := func(fn func(kv.Tx) error) {
			if _, err := store.Update(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		update(userdb.CreateDeny)
		list, at := load(t, store, secrets)
		ids := rapid.IntRange(1, 900).Draw(t, "ids")
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			from := rapid.IntRange(0, ids).Draw(t, "from")
			count := rapid.IntRange(1, 300).Draw(t, "count")
			life := time.Duration(rapid.IntRange(1, 100).Draw(t, "life")) * time.Second
			undo := rapid.Bool().Draw(t, "undo")
			update(func(tx kv.Tx) error {
				for i := from; i < min(from+count, ids); i++ {
					id := fmt.Sprint(i)
					err := userdb.Allow(tx, secrets, userdb.KindToken, id, now)
					if !undo {
						err = userdb.Deny(tx, secrets, userdb.KindToken, id, userdb.Entry{Until: now.Add(life)}, now)
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
			now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "pass")) * time.Second)
			list, at = renew(t, store, list, at)
			same(t, store, list, secrets, ids)
		}
	})
}

func load(t *rapid.T, s kv.Store, secrets kv.Secrets) (list *userdb.DenyList, at kv.Rev) {
	t.Helper()
	err := s.View(t.Context(), func(v kv.View) (err error) {
		_, at, _ = v.Changes(0)
		list, err = userdb.LoadDeny(v, secrets)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, at
}

func renew(t *rapid.T, s kv.Store, old *userdb.DenyList, since kv.Rev) (list *userdb.DenyList, at kv.Rev) {
	t.Helper()
	err := s.View(t.Context(), func(v kv.View) error {
		names, now, err := v.Changes(since)
		if err != nil {
			return err
		}
		at = now
		list, err = old.Renew(v, names)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, at
}

func same(t *rapid.T, s kv.Store, list *userdb.DenyList, secrets kv.Secrets, ids int) {
	t.Helper()
	err := s.View(t.Context(), func(v kv.View) error {
		for i := range ids {
			want, denied, err := userdb.Denied(v, secrets, userdb.KindToken, fmt.Sprint(i))
			if err != nil {
				return err
			}
			got, found, err := list.Denied(userdb.KindToken, fmt.Sprint(i))
			if err != nil || got != want || found != denied {
				t.Fatalf("%d: %v, %v, %v, want %v, %v", i, got, found, err, want, denied)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A list that lost a chunk is damage, whether it was loaded so or became so; the zero list covers nothing.
func TestDenyListWithAHole(t *testing.T) {
	secrets, now := kv.NewSecrets(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := newMem()
	if err := userdb.CreateDeny(m); err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		if err := userdb.Deny(m, secrets, userdb.KindToken, fmt.Sprint(i), userdb.Entry{}, now); err != nil {
			t.Fatal(err)
		}
	}
	list, err := userdb.LoadDeny(m, secrets)
	if err != nil || list.Len() != 500 {
		t.Fatalf("%v, %v", list.Len(), err)
	}
	var chunks []string
	for c, err := range userdb.WalkDeny(m) {
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, c.Name())
	}
	if len(chunks) < 3 {
		t.Fatalf("%d chunks", len(chunks))
	}
	for _, name := range chunks {
		value, _ := m.Get(name)
		m.Delete(name)
		if _, err := list.Renew(m, []string{name}); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("renewed without %s: %v", name, err)
		}
		if _, err := userdb.LoadDeny(m, secrets); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("loaded without %s: %v", name, err)
		}
		m.Put(name, value[:len(value)-1])
		if _, err := list.Renew(m, []string{"ring", name}); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("renewed with a broken %s: %v", name, err)
		}
		m.Put(name, value)
	}
	if _, _, err := new(userdb.DenyList).Denied(userdb.KindToken, "1"); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("the zero list: %v", err)
	}
}
