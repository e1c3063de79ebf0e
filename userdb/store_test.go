package userdb_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

// TestOnAStore goes through a real store, where a transaction is an overlay that the commit turns into the next state:
// creation, a user, a full deny list and its shrinking, each change in a commit of its own.
func TestOnAStore(t *testing.T) {
	store, secrets := kv.NewMemory(), kv.NewSecrets()
	update := func(fn func(kv.Tx) error) kv.Rev {
		t.Helper()
		rev, err := store.Update(t.Context(), fn)
		must(t, err)
		return rev
	}
	update(func(tx kv.Tx) error {
		return errors.Join(userdb.CreateDeny(tx), userdb.CreateRoles(tx),
			userdb.CreateUser(tx, userdb.User{Name: "ada", Hash: hash, Roles: []string{"user"}}))
	})
	now := noon
	for i := range 600 {
		rev := update(func(tx kv.Tx) error {
			return userdb.Deny(tx, secrets, userdb.KindToken, fmt.Sprint(i), userdb.Entry{Until: now.Add(time.Hour)}, now)
		})
		names, _, err := kvtest.Changes(t.Context(), store, rev-1)
		if must(t, err); len(names) == 0 {
			t.Fatal("verifiers do not hear of it")
		}
	}
	must(t, store.View(t.Context(), func(v kv.View) error {
		for i := range 600 {
			if _, ok, err := userdb.Denied(v, secrets, userdb.KindToken, fmt.Sprint(i)); !ok || err != nil {
				t.Errorf("%d: %t, %v", i, ok, err)
			}
		}
		u, err := userdb.GetUser(v, "ada")
		if must(t, err); !slices.Equal(u.Roles, []string{"user"}) {
			t.Errorf("%+v", u)
		}
		return nil
	}))
	now = now.Add(2 * time.Hour)
	for i := range 20 {
		update(func(tx kv.Tx) error {
			return userdb.Deny(tx, secrets, userdb.KindToken, fmt.Sprint("new", i), userdb.Entry{Until: now.Add(time.Hour)}, now)
		})
	}
	must(t, store.View(t.Context(), func(v kv.View) error {
		chunks, entries := 0, 0
		for c, err := range userdb.WalkDeny(v) {
			must(t, err)
			chunks, entries = chunks+1, entries+c.Len()
		}
		if chunks != 1 || entries != 20 {
			t.Errorf("%d chunks, %d entries; want 1 and 20", chunks, entries)
		}
		return nil
	}))
}
