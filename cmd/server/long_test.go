package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// Names may be as long as a reason is at most, and those of tokens that were minted longer.
func TestOwnRevokeWithALongName(t *testing.T) {
	w := start(t)
	for _, name := range []string{strings.Repeat("\U00010428", 64), strings.Repeat("é", 1000)} {
		raw := w.token(t, name)
		if got := w.send(t, "POST", "/revoke", "token="+raw, asForm, bearer(raw)); got.status != http.StatusOK {
			t.Errorf("%d bytes: %d %s", len(name), got.status, got.text)
		}
		if got := w.get(t, "/protected", bearer(raw)); got.status != http.StatusUnauthorized {
			t.Errorf("%d bytes: goes on with %d", len(name), got.status)
		}
	}
}

// A scope that is asked for twice is one scope: said thousands of times, it made a token that nobody could sign, and a
// session as long as the request.
func TestScopeSaidManyTimes(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	scope := strings.Repeat("profile ", 7000)
	got := w.send(t, "POST", "/login", `{"username":"ada","password":"`+password+`","scope":"`+scope+`"}`, asJSON)
	if got.status != http.StatusOK || got.member(t, "scope") != "profile" {
		t.Errorf("%d %.100s", got.status, got.text)
	}
	sessions, err := w.Sessions(t.Context(), "ada")
	if err != nil || len(sessions) != 1 || len(sessions[0].Scopes) != 1 {
		t.Errorf("sessions: %d, %v", len(sessions), err)
	}
}
