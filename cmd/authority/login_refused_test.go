package authority_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb"
)

// TestLoginRefusedAlike: whoever tries learns nothing from the words or from the work done.
func TestLoginRefusedAlike(t *testing.T) {
	type request = authority.LoginRequest
	for _, c := range []struct {
		name    string
		prepare func(*testing.T, *world)
		request request
		user    string // as the audit has it
	}{
		{"unknown name", nil, request{Name: "eve", Password: password}, ""},
		{"unknown name, empty password", nil, request{Name: "eve"}, ""},
		{"wrong password", nil, request{Name: "ada", Password: "hunter2 " + password}, "ada"},
		{"empty password", nil, request{Name: "ada"}, "ada"},
		{"too long a password", nil, request{Name: "ada", Password: strings.Repeat("x", userdb.MaxPasswordBytes+1)}, "ada"},
		{"password that is not UTF-8", nil, request{Name: "ada", Password: "\xff\xfe"}, "ada"},
		{"disabled", disable, request{Name: "ada", Password: password}, "ada"},
		{"disabled, wrong password", disable, request{Name: "ada", Password: "hunter2 hunter2"}, "ada"},
		{"waiting", failSixTimes, request{Name: "ada", Password: password}, "ada"},
		{"waiting, wrong password", failSixTimes, request{Name: "ada", Password: "hunter2 hunter2"}, "ada"},
		{"nobody's name", nil, request{Name: "a/../b \x00", Password: password}, ""},
		{"empty name", nil, request{Password: password}, ""},
		{"endless name", nil, request{Name: strings.Repeat("a", 5000), Password: password}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			w.secrets = append(w.secrets, c.request.Password)
			w.register(t, "ada")
			if c.prepare != nil {
				c.prepare(t, w)
			}
			w.hashes = 0
			lines := w.left(t, func() {
				grant, err := w.Login(t.Context(), c.request)
				if grant != nil || !errors.Is(err, authority.ErrLoginRefused) || err.Error() != authority.ErrLoginRefused.Error() {
					t.Errorf("%v, %v", grant, err)
				}
			}, "login refused")
			if w.hashes != 1 {
				t.Errorf("%d hashes", w.hashes)
			}
			if lines[0].User != c.user {
				t.Errorf("the audit names %q", lines[0].User)
			}
		})
	}
}

func disable(t *testing.T, w *world) {
	if _, err := w.Disable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
}

func failSixTimes(t *testing.T, w *world) {
	for range 6 {
		fail(t, w, "ada")
	}
}

func fail(t *testing.T, w *world, name string) {
	t.Helper()
	_, err := w.Login(t.Context(), authority.LoginRequest{Name: name, Password: "not it"})
	if !errors.Is(err, authority.ErrLoginRefused) {
		t.Fatal(err)
	}
}

// TestLoginOvertaken: what happens to a person while the password is being hashed counts.
func TestLoginOvertaken(t *testing.T) {
	for _, c := range []struct {
		name string
		by   func(*world) error
	}{
		{"disabled", func(w *world) error { _, err := w.Disable(t.Context(), "ada"); return err }},
		{"password changed", func(w *world) error { return w.SetPassword(t.Context(), "ada", "another "+password) }},
		{"removed", func(w *world) error { return w.RemoveUser(t.Context(), "ada") }},
		{"guessed at by others", func(w *world) error { failSixTimes(t, w); return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			w.register(t, "ada")
			w.hashes = 0
			w.store.before = func() {
				if err := c.by(w); err != nil {
					t.Error(err)
				}
				w.hashes = 1 // the login's own one; a new password takes another
			}
			grant, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
			if grant != nil || !errors.Is(err, authority.ErrLoginRefused) {
				t.Errorf("%v, %v", grant, err)
			}
			if w.hashes != 1 {
				t.Errorf("%d hashes", w.hashes)
			}
		})
	}
}

// TestLoginSlowsDown: failures ask for a growing wait, attempts within it do not count, and success forgets them.
func TestLoginSlowsDown(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	failSixTimes(t, w)
	fail(t, w, "ada") // too soon, and so does not make the wait any longer
	w.pass(time.Second)
	fail(t, w, "ada") // the seventh: 2 s
	w.pass(time.Second)
	_, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if !errors.Is(err, authority.ErrLoginRefused) {
		t.Fatalf("after 1 s of 2: %v", err)
	}
	w.pass(time.Second)
	w.login(t, "ada")
	for range 5 {
		fail(t, w, "ada")
	}
	w.login(t, "ada")
}

// TestLoginDelayOff: tests of others need not wait.
func TestLoginDelayOff(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{"login_delay", "off"}}); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		fail(t, w, "ada")
	}
	w.login(t, "ada")
}
