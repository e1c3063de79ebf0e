package authority_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
)

// TestRegister: the name is mapped, and the role is "user" where none is named.
func TestRegister(t *testing.T) {
	w := start(t)
	second := w.now
	w.pass(700 * time.Millisecond)
	w.left(t, func() {
		u, err := w.Register(t.Context(), "ADA", password, nil)
		if err != nil || u.Name != "ada" || !slices.Equal(u.Roles, []string{"user"}) || !u.Created.Equal(second) {
			t.Errorf("%+v, %v", u, err)
		}
	}, "register ok")
	u, err := w.User(t.Context(), "Ada")
	if err != nil || u.Name != "ada" || strings.Contains(u.Hash, password) {
		t.Errorf("%+v, %v", u, err)
	}
}

// TestUsersRefused: every verb with what it cannot take, each with one line.
func TestUsersRefused(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	register := func(name, password string, roles ...string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := w.Register(ctx, name, password, roles); return err }
	}
	passwd := func(name, password string) func(context.Context) error {
		return func(ctx context.Context) error { return w.SetPassword(ctx, name, password) }
	}
	roles := func(name string, add, remove []string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := w.ChangeRoles(ctx, name, add, remove); return err }
	}
	imported := func(u ...userdb.User) func(context.Context) error {
		return func(ctx context.Context) error { _, err := w.ImportUsers(ctx, u); return err }
	}
	ada, err := w.User(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	bob := userdb.User{Name: "bob", Roles: ada.Roles, Hash: ada.Hash}
	for _, c := range []struct {
		name, verb string
		do         func(context.Context) error
		want       error
	}{
		{"no name", "register", register("a b", password), userdb.ErrName},
		{"taken", "register", register("ADA", password), userdb.ErrUserExists},
		{"short password", "register", register("bob", "fourteen chars"), userdb.ErrPasswordPolicy},
		{"name in the password", "register", register("bob", "this holds Bob in it"), userdb.ErrPasswordPolicy},
		{"no such role", "register", register("bob", password, "user", "boss"), userdb.ErrNoRole},
		{"no name", "users passwd", passwd("a b", password), userdb.ErrName},
		{"nobody", "users passwd", passwd("eve", password), userdb.ErrNoUser},
		{"short password", "users passwd", passwd("ada", "short"), userdb.ErrPasswordPolicy},
		{"no name", "users role", roles("", []string{"user"}, nil), userdb.ErrName},
		{"nobody", "users role", roles("eve", []string{"user"}, nil), userdb.ErrNoUser},
		{"no such role", "users role", roles("ada", []string{"boss"}, nil), userdb.ErrNoRole},
		{"a role they lack", "users role", roles("ada", nil, []string{"admin"}), userdb.ErrNoRole},
		{"nobody", "users disable", func(ctx context.Context) error { _, err := w.Disable(ctx, "eve"); return err }, userdb.ErrNoUser},
		{"nobody", "users enable", func(ctx context.Context) error { _, err := w.Enable(ctx, "eve"); return err }, userdb.ErrNoUser},
		{"nobody", "users remove", func(ctx context.Context) error { return w.RemoveUser(ctx, "eve") }, userdb.ErrNoUser},
		{"no name", "users remove", func(ctx context.Context) error { return w.RemoveUser(ctx, " ") }, userdb.ErrName},
		{"taken", "users import", imported(bob, *ada), userdb.ErrUserExists},
		{"no hash", "users import", imported(userdb.User{Name: "bob", Roles: ada.Roles, Hash: "plain"}), userdb.ErrHash},
	} {
		t.Run(c.verb+" "+c.name, func(t *testing.T) {
			w.left(t, func() {
				if err := c.do(t.Context()); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			}, c.verb+" refused")
		})
	}
	if all, err := w.Users(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestSetPassword: the old password and the tokens it opened are of no use any more.
func TestSetPassword(t *testing.T) {
	const better = "another battery, another staple"
	w := start(t)
	w.secrets = append(w.secrets, better)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	w.pass(time.Second)
	w.left(t, func() {
		if err := w.SetPassword(t.Context(), "Ada", better); err != nil {
			t.Fatal(err)
		}
	}, "users passwd ok")
	w.wantVerdict(t, "from before", raw, token.Revoked)
	w.pass(time.Second)
	_, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if !errors.Is(err, authority.ErrLoginRefused) {
		t.Error(err)
	}
	grant, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: better})
	if err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "from after", grant.AccessToken, "")
}

// TestDisableEnable: tokens of before stay dead, and a password change lets nobody back in.
func TestDisableEnable(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	w.left(t, func() {
		if u, err := w.Disable(t.Context(), "ada"); err != nil || !u.Disabled {
			t.Errorf("%v, %v", u, err)
		}
	}, "users disable ok")
	w.pass(time.Second)
	minted := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	if err := w.SetPassword(t.Context(), "ada", password); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "minted while disabled", minted, token.Revoked)
	w.left(t, func() {
		if u, err := w.Enable(t.Context(), "ada"); err != nil || u.Disabled {
			t.Errorf("%v, %v", u, err)
		}
	}, "users enable ok")
	w.pass(time.Second)
	w.wantVerdict(t, "from before", raw, token.Revoked)
	again := w.login(t, "ada")
	w.wantVerdict(t, "from after", again, "")
	if _, err := w.Enable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "enabled though not disabled", again, "")
}

// TestRemoveLeavesTheCut: who takes the name next does not get the tokens of who had it.
func TestRemoveLeavesTheCut(t *testing.T) {
	for _, disabled := range []bool{false, true} {
		w := start(t)
		w.register(t, "ada", "admin")
		raw := w.login(t, "ada")
		if disabled {
			disable(t, w)
		}
		w.left(t, func() {
			if err := w.RemoveUser(t.Context(), "ADA"); err != nil {
				t.Fatal(err)
			}
		}, "users remove ok")
		w.wantVerdict(t, "removed", raw, token.Revoked)
		w.pass(time.Second)
		w.register(t, "ada")
		w.wantVerdict(t, "name taken again", raw, token.Revoked)
		w.wantVerdict(t, "of the new person", w.login(t, "ada"), "")
	}
}

// TestImportUsers: people come with their hashes, all or none, and who was disabled stays so.
func TestImportUsers(t *testing.T) {
	from, to := start(t), start(t)
	from.register(t, "ada", "admin")
	from.register(t, "eve")
	if _, err := from.Disable(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	all, err := from.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := to.left(t, func() {
		if n, err := to.ImportUsers(t.Context(), all); err != nil || n != 2 {
			t.Errorf("%d, %v", n, err)
		}
	}, "users import ok")
	if lines[0].Detail["count"] != "2" {
		t.Errorf("%v", lines[0].Detail)
	}
	to.wantVerdict(t, "of ada", to.login(t, "ada"), "")
	to.wantVerdict(t, "of eve", to.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "eve"}}), token.Revoked)
}
