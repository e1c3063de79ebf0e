package authority_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jotkit/cmd/authority"
)

// asked authenticates the service, and wants so many hashes for it.
func (w *world) service(t *testing.T, what, name, secret string, hashes int, want error) *authority.Caller {
	t.Helper()
	before := w.hashes
	caller, err := w.Authenticate(t.Context(), name, secret)
	if !errors.Is(err, want) || (caller == nil) != (err != nil) {
		t.Errorf("%s: %v, %v, want %v", what, caller, err, want)
	}
	if got := w.hashes - before; got != hashes {
		t.Errorf("%s: %d hashes, want %d", what, got, hashes)
	}
	return caller
}

func withService(t *testing.T) *world {
	t.Helper()
	w := onNetwork(t)
	w.register(t, "svc", "service")
	return w
}

// TestRemembered: a pair that was good costs no hash until it was not used for a minute, and any other costs one each.
func TestRemembered(t *testing.T) {
	w := withService(t)
	for minute := range 3 {
		caller := w.service(t, "not used for a minute", "svc", password, 1, nil)
		if caller != nil && (caller.Name != "svc" || !slices.Equal(caller.Scopes, []string{"introspect", "revoke"})) {
			t.Errorf("%+v", caller)
		}
		for range 5 {
			w.pass(10 * time.Second)
			w.service(t, fmt.Sprint("in minute ", minute), "svc", password, 0, nil)
			w.service(t, "the name typed otherwise", "SVC", password, 0, nil)
		}
		w.service(t, "a wrong password", "svc", password+"!", 1, authority.ErrLoginRefused)
		w.service(t, "another name", "nobody", password, 1, authority.ErrLoginRefused)
		w.service(t, "beside a wrong one", "svc", password, 0, nil)
		w.pass(time.Minute)
	}
	w.Limits = &authority.Limits{Remembered: authority.NewRemembered()}
	w.service(t, "after a restart", "svc", password, 1, nil)
	w.Limits = nil
	w.service(t, "nothing is remembered", "svc", password, 1, nil)
	w.service(t, "nothing is remembered", "svc", password, 1, nil)
}

// TestRememberedHears: what is changed about a service holds at once.
func TestRememberedHears(t *testing.T) {
	const other = "another horse battery staple"
	for name, c := range map[string]struct {
		do     func(w *world) error
		hashes int
		want   error
		scopes []string
	}{
		"password": {func(w *world) error { return w.SetPassword(context.Background(), "svc", other) },
			1, authority.ErrLoginRefused, nil},
		"disabled": {func(w *world) error { _, err := w.Disable(context.Background(), "svc"); return err },
			1, authority.ErrLoginRefused, nil},
		"removed": {func(w *world) error { return w.RemoveUser(context.Background(), "svc") },
			1, authority.ErrLoginRefused, nil},
		"without the role": {func(w *world) error {
			_, err := w.ChangeRoles(context.Background(), "svc", []string{"user"}, []string{"service"})
			return err
		}, 0, nil, []string{"profile"}},
		"another scope": {func(w *world) error { return w.SetRole(context.Background(), "service", []string{"introspect"}) },
			0, nil, []string{"introspect"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := withService(t)
			w.service(t, "first", "svc", password, 1, nil)
			w.service(t, "remembered", "svc", password, 0, nil)
			if err := c.do(w); err != nil {
				t.Fatal(err)
			}
			caller := w.service(t, "after that", "svc", password, c.hashes, c.want)
			if caller != nil && !slices.Equal(caller.Scopes, c.scopes) {
				t.Errorf("may do %q, want %q", caller.Scopes, c.scopes)
			}
		})
	}
}

// TestRememberedIsBounded: pairs without end fill no memory.
func TestRememberedIsBounded(t *testing.T) {
	w := withService(t)
	for i := range 1200 {
		w.Limits.Remembered.Add(fmt.Sprint("service", i), password, w.now)
		if n := w.Limits.Remembered.Len(); n > 1000 {
			t.Fatalf("%d pairs are remembered", n)
		}
	}
}

// TestAuthenticateRefused: whoever fails costs exactly one hash and is told the same.
func TestAuthenticateRefused(t *testing.T) {
	w := withService(t)
	w.register(t, "old", "service")
	if _, err := w.Disable(t.Context(), "old"); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"nobody", "x"}, {"svc", "wrong"}, {"svc", ""}, {"old", password}, {"a b", password}, {"", ""}} {
		w.service(t, fmt.Sprintf("%q", c), c[0], c[1], 1, authority.ErrLoginRefused)
	}
}
