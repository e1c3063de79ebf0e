package authority_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/userdb"
)

// TestRoles: a role changes what later logins give, and goes only when nobody has it.
func TestRoles(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.left(t, func() {
		if err := w.SetRole(t.Context(), "editor", []string{"write", "read"}); err != nil {
			t.Fatal(err)
		}
		u, err := w.ChangeRoles(t.Context(), "ada", []string{"editor", "admin", "editor"}, []string{"user", "admin"})
		if err != nil || !slices.Equal(u.Roles, []string{"editor"}) {
			t.Errorf("%+v, %v", u, err)
		}
	}, "roles set ok", "users role ok")
	grant, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if err != nil || grant.Scope != "read write" {
		t.Errorf("%v, %v", grant, err)
	}
	for _, c := range []struct {
		name string
		do   func() error
		want error
		line string
	}{
		{"somebody has it", func() error { return w.RemoveRole(t.Context(), "editor") }, authority.ErrConflict, "roles remove refused"},
		{"there is none", func() error { return w.RemoveRole(t.Context(), "boss") }, userdb.ErrNoRole, "roles remove refused"},
		{"no role name", func() error { return w.SetRole(t.Context(), "Not a role", nil) }, userdb.ErrRole, "roles set refused"},
		{"no scope", func() error { return w.SetRole(t.Context(), "x", []string{"a b"}) }, userdb.ErrScope, "roles set refused"},
		{"nobody has it", func() error { return w.RemoveRole(t.Context(), "user") }, nil, "roles remove ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.left(t, func() {
				if err := c.do(); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			}, c.line)
		})
	}
	list, err := w.Roles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []userdb.Role{
		{Name: "admin", Scopes: []string{"admin", "profile"}},
		{Name: "editor", Scopes: []string{"read", "write"}},
		{Name: "service", Scopes: []string{"introspect", "revoke"}},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

// TestNoRoleAtAll: somebody without a role logs in and may do nothing.
func TestNoRoleAtAll(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	if _, err := w.ChangeRoles(t.Context(), "ada", nil, []string{"user"}); err != nil {
		t.Fatal(err)
	}
	grant, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if err != nil || grant.Scope != "" {
		t.Errorf("%+v, %v", grant, err)
	}
}
