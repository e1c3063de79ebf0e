package authority_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// open logs somebody in with a session.
func (w *world) open(t failer, name string) *authority.Grant {
	t.Helper()
	return w.openWith(t, authority.LoginRequest{Name: name})
}

func (w *world) openWith(t failer, r authority.LoginRequest) *authority.Grant {
	t.Helper()
	r.Password, r.Session = password, true
	g, err := w.Login(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return w.granted(g)
}

// granted notes what must not be in any audit line.
func (w *world) granted(g *authority.Grant) *authority.Grant {
	w.secrets = append(w.secrets, g.AccessToken, g.RefreshToken)
	return g
}

func (w *world) refresh(t failer, raw string) *authority.Grant {
	t.Helper()
	g, err := w.Refresh(context.Background(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return w.granted(g)
}

// refused wants a refresh token to be refused, and looking at it too, for the reason, and the audit to say so.
func (w *world) refused(t *testing.T, what, raw string, want token.Reason) {
	t.Helper()
	if _, err := w.Session(t.Context(), raw); !errors.Is(err, want) {
		t.Errorf("%s, looked at: %v, want %v", what, err, want)
	}
	w.left(t, func() {
		if g, err := w.Refresh(t.Context(), raw); g != nil || !errors.Is(err, want) {
			t.Errorf("%s: %v, %v, want %v", what, g, err, want)
		}
	}, "refresh refused")
}

func sid(t *testing.T, raw string) string {
	t.Helper()
	read, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return read.Text("sid")
}

// TestSession: a login opens a session only when it is asked to, and what it keeps is what it was asked.
func TestSession(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.pass(1234 * time.Millisecond)
	plain, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if err != nil || plain.RefreshToken != "" || sid(t, plain.AccessToken) != "" {
		t.Errorf("%+v, %v", plain, err)
	}
	r := authority.LoginRequest{Name: "ADA", Audience: []string{"api"}, Scopes: []string{"profile"}, TTL: time.Minute}
	var g *authority.Grant
	lines := w.left(t, func() { g = w.openWith(t, r) }, "login ok")
	s, err := w.Session(t.Context(), g.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	second := w.now.Truncate(time.Second)
	want := &userdb.Session{
		ID: sid(t, g.AccessToken), User: "ada", Counter: 1, Created: second, Used: w.now, Until: w.now.Add(7 * 24 * time.Hour),
		End: second.Add(30 * 24 * time.Hour), Audience: []string{"api"}, Scopes: []string{"profile"}, TTL: time.Minute,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	if got := lines[0].Detail["session"]; got != s.ID {
		t.Errorf("the line is of session %q", got)
	}
	for user, want := range map[string]int{"": 1, "Ada": 1, "eve": 0} {
		list, err := w.Sessions(t.Context(), user)
		if err != nil || len(list) != want || list == nil {
			t.Errorf("of %q: %v, %v", user, list, err)
		}
	}
	if _, err := w.Sessions(t.Context(), "a b"); !errors.Is(err, userdb.ErrName) {
		t.Error(err)
	}
}

// TestSessionsInPages: more than are read at a time.
func TestSessionsInPages(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error {
		for range 2100 {
			if err := userdb.PutSession(tx, userdb.NewSession("ada", w.now, time.Hour, time.Hour), w.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := w.Sessions(t.Context(), "ada"); err != nil || len(list) != 2101 {
		t.Errorf("%d, %v", len(list), err)
	}
	w.left(t, func() {
		if n, err := w.Logout(t.Context(), g.RefreshToken, true); n != 2101 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}, "logout ok", "logout ok", "logout ok")
	if list, err := w.Sessions(t.Context(), "ada"); err != nil || len(list) != 0 {
		t.Errorf("%d, %v", len(list), err)
	}
}
