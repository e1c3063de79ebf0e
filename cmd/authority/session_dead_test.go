package authority_test

import (
	"errors"
	"testing"
	"time"

	"jotkit/token"
)

// TestDeadRefreshTokenWritesNothing: whoever once logged in could fill the store with a token that is good for nothing. Over
// the network such uses are counted; reuse, from which something follows, is written, once.
func TestDeadRefreshTokenWritesNothing(t *testing.T) {
	w := onNetwork(t)
	far := w.from("203.0.113.9")
	ended, reused, cut := w.open(t, "ada"), w.open(t, "ada"), w.open(t, "ada")
	next := w.refresh(t, reused.RefreshToken)
	w.pass(time.Minute)
	refused := func(raw string, want error) {
		t.Helper()
		if _, err := far.Refresh(t.Context(), raw); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	w.left(t, func() {
		for range 5 {
			if _, err := far.Logout(t.Context(), ended.RefreshToken, false); err != nil {
				t.Error(err)
			}
			refused(ended.RefreshToken, token.Revoked)
		}
	}, "logout ok")
	w.left(t, func() {
		for range 5 {
			refused(reused.RefreshToken, token.Revoked)
			refused(next.RefreshToken, token.Revoked)
		}
	}, "refresh refused")
	if _, err := w.Disable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	w.left(t, func() {
		for range 5 {
			refused(cut.RefreshToken, token.Revoked)
		}
		w.pass(31 * 24 * time.Hour)
		refused(cut.RefreshToken, token.Revoked)
	})
	lines := w.left(t, func() {
		if err := w.NoteUnseen(t.Context()); err != nil {
			t.Error(err)
		}
	}, "logout refused", "refresh refused")
	if logout, refresh := lines[0].Detail["count"], lines[1].Detail["count"]; logout != "4" || refresh != "20" {
		t.Errorf("counted %s and %s", logout, refresh)
	}
}
