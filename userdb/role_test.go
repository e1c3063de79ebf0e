package userdb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb"
)

func TestRolesToBeginWith(t *testing.T) {
	m, _ := newStore(t)
	var got []userdb.Role
	for r, err := range userdb.Roles(m, "") {
		must(t, err)
		got = append(got, *r)
	}
	want := []userdb.Role{
		{Name: "admin", Scopes: []string{"admin", "profile"}},
		{Name: "service", Scopes: []string{"introspect", "revoke"}},
		{Name: "user", Scopes: []string{"profile"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSetRole(t *testing.T) {
	m, _ := newStore(t)
	must(t, userdb.SetRole(m, "ops", []string{"write", "read", "write", "https://x.example/a#b"}))
	must(t, userdb.SetRole(m, "idle", nil))
	for _, c := range []struct {
		roles, want []string
		err         error
	}{
		{nil, []string{}, nil},
		{[]string{"idle"}, []string{}, nil},
		{[]string{"ops", "user", "admin"}, []string{"admin", "https://x.example/a#b", "profile", "read", "write"}, nil},
		{[]string{"user", "gone"}, nil, userdb.ErrNoRole},
		{[]string{"Ops"}, nil, userdb.ErrRole},
	} {
		got, err := userdb.ScopesOf(m, c.roles)
		if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, c.err) {
			t.Errorf("%v: %v, %s", c.roles, err, diff)
		}
	}
	must(t, userdb.RemoveRole(m, "ops"))
	if err := userdb.RemoveRole(m, "ops"); !errors.Is(err, userdb.ErrNoRole) {
		t.Error(err)
	}
}

func TestSetRoleRefuses(t *testing.T) {
	m, _ := newStore(t)
	for _, name := range []string{"", "Ops", "o ps", "ops/x", "ö", "ops\n", strings.Repeat("a", 65)} {
		if err := userdb.SetRole(m, name, nil); !errors.Is(err, userdb.ErrRole) {
			t.Errorf("role %q: %v", name, err)
		}
	}
	for _, scope := range []string{"", "a b", `a"b`, `a\b`, "a\n", "ä", "a\x7f", strings.Repeat("a", 257)} {
		if err := userdb.SetRole(m, "ops", []string{"ok", scope}); !errors.Is(err, userdb.ErrScope) {
			t.Errorf("scope %q: %v", scope, err)
		}
	}
}
