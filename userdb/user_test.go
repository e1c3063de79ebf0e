package userdb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	hash = userdb.Hasher{Cost: cheap}.Dummy()
)

func TestUser(t *testing.T) {
	m, _ := newStore(t)
	ada := userdb.User{Name: "ada", Roles: []string{"user", "admin", "user"}, Hash: hash,
		Created: noon.Add(time.Millisecond), Changed: noon.In(time.FixedZone("", 3600))}
	must(t, userdb.CreateUser(m, ada))
	if err := userdb.CreateUser(m, ada); !errors.Is(err, userdb.ErrUserExists) {
		t.Errorf("twice: %v", err)
	}
	want := userdb.User{Name: "ada", Roles: []string{"admin", "user"}, Hash: hash, Created: noon, Changed: noon}
	got, err := userdb.GetUser(m, "ada")
	must(t, err)
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}
	got.Disabled, got.Roles = true, nil
	must(t, userdb.PutUser(m, *got))
	if got, err := userdb.GetUser(m, "ada"); err != nil || !got.Disabled || len(got.Roles) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, userdb.RemoveUser(m, "ada"))
	for name, err := range map[string]error{
		"get":    func() error { _, err := userdb.GetUser(m, "ada"); return err }(),
		"put":    userdb.PutUser(m, ada),
		"remove": userdb.RemoveUser(m, "ada"),
	} {
		if !errors.Is(err, userdb.ErrNoUser) {
			t.Errorf("%s: %v; want ErrNoUser", name, err)
		}
	}
}

func TestCreateUserRefuses(t *testing.T) {
	m, _ := newStore(t)
	for _, c := range []struct {
		name string
		user userdb.User
		want error
	}{
		{"name not mapped", userdb.User{Name: "Ada", Hash: hash}, userdb.ErrName},
		{"no name", userdb.User{Hash: hash}, userdb.ErrName},
		{"no hash", userdb.User{Name: "ada"}, userdb.ErrHash},
		{"memory bomb", userdb.User{Name: "ada", Hash: strings.Replace(hash, "m=64", "m=4194304", 1)}, userdb.ErrHash},
		{"no such role", userdb.User{Name: "ada", Hash: hash, Roles: []string{"boss"}}, userdb.ErrNoRole},
		{"no role name", userdb.User{Name: "ada", Hash: hash, Roles: []string{"../user"}}, userdb.ErrRole},
	} {
		if err := userdb.CreateUser(m, c.user); !errors.Is(err, c.want) {
			t.Errorf("%s: %v; want %v", c.name, err, c.want)
		}
	}
	if names := m.under("user/"); names != nil {
		t.Errorf("written all the same: %v", names)
	}
}

// A role that went while somebody got it must not keep the rest of that user from being changed.
func TestPutUserKeepsLostRole(t *testing.T) {
	m, _ := newStore(t)
	u := userdb.User{Name: "ada", Roles: []string{"admin"}, Hash: hash}
	must(t, userdb.CreateUser(m, u))
	must(t, userdb.RemoveRole(m, "admin"))
	must(t, userdb.RemoveRole(m, "service"))
	u.Disabled = true
	must(t, userdb.PutUser(m, u))
	u.Roles = append(u.Roles, "service")
	if err := userdb.PutUser(m, u); !errors.Is(err, userdb.ErrNoRole) {
		t.Errorf("%v; want ErrNoRole", err)
	}
}

func TestUsersInPages(t *testing.T) {
	m, _ := newStore(t)
	var want, got []string
	for i := range 25 {
		want = append(want, fmt.Sprintf("user%02d", i))
		must(t, userdb.CreateUser(m, userdb.User{Name: want[i], Hash: hash}))
	}
	for after, more := "", true; more; {
		more = false
		n := 0
		for u, err := range userdb.Users(m, after) {
			must(t, err)
			if n++; n > 10 {
				more = true
				break
			}
			got, after = append(got, u.Name), u.Name
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A user's record in the place of another's would be a way to be somebody else.
func TestUserDamaged(t *testing.T) {
	m, _ := newStore(t)
	for _, name := range []string{"ada", "bob"} {
		must(t, userdb.CreateUser(m, userdb.User{Name: name, Hash: hash}))
	}
	for what, value := range map[string][]byte{"moved": m.values["user/ada"], "cut": []byte(`{"name":"bob"`), "empty": nil} {
		must(t, m.Put("user/bob", value))
		if u, err := userdb.GetUser(m, "bob"); !errors.Is(err, kv.ErrDamaged) || u != nil {
			t.Errorf("%s: %+v, %v", what, u, err)
		}
		if err := userdb.CreateUser(m, userdb.User{Name: "bob", Hash: hash}); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("%s: written over: %v", what, err)
		}
		var last error
		for _, last = range userdb.Users(m, "") {
		}
		if !errors.Is(last, kv.ErrDamaged) {
			t.Errorf("%s: listed with %v", what, last)
		}
	}
}
