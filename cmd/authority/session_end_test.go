package authority_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

func (w *world) logout(t *testing.T, raw string, all bool, want int) {
	t.Helper()
	w.left(t, func() {
		if n, err := w.Logout(t.Context(), raw, all); n != want || err != nil {
			t.Errorf("%d, %v, want %d", n, err, want)
		}
	}, "logout ok")
}

func (w *world) rev(t *testing.T) kv.Rev {
	t.Helper()
	rev, err := w.store.Rev()
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

// TestLogout ends one session with its access tokens, leaves nothing to list or undo, and can be said twice.
func TestLogout(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g, other := w.open(t, "ada"), w.open(t, "ada")
	next := w.refresh(t, g.RefreshToken)
	w.pass(time.Minute)
	w.logout(t, g.RefreshToken, false, 1) // one used up before says so as well
	w.wantVerdict(t, "its access token", g.AccessToken, token.Revoked)
	w.wantVerdict(t, "its other one", next.AccessToken, token.Revoked)
	w.wantVerdict(t, "of another session", other.AccessToken, "")
	w.refused(t, "its refresh token", next.RefreshToken, token.Revoked)
	said := w.rev(t)
	w.pass(time.Second)
	w.logout(t, next.RefreshToken, false, 0)
	w.logout(t, next.RefreshToken, true, 0)
	if w.rev(t) != said {
		t.Error("verifiers were told twice")
	}
	w.refresh(t, other.RefreshToken)
	if list, err := w.Revocations(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	w.pass(25 * time.Hour)
	w.revokeSome(t) // the entry goes, and there is no record: nothing comes back
	w.refused(t, "a day later", next.RefreshToken, token.Expired)
}

// TestLogoutAll ends every session of the user, and nothing that is no session.
func TestLogoutAll(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.register(t, "eve")
	g, other, eve, plain := w.open(t, "ada"), w.open(t, "ada"), w.open(t, "eve"), w.login(t, "ada")
	g = w.refresh(t, g.RefreshToken)
	w.logout(t, g.RefreshToken, true, 2)
	w.wantVerdict(t, "of this session", g.AccessToken, token.Revoked)
	w.wantVerdict(t, "of the other", other.AccessToken, token.Revoked)
	w.wantVerdict(t, "of somebody else", eve.AccessToken, "")
	w.wantVerdict(t, "of no session", plain, "")
	w.refused(t, "the other", other.RefreshToken, token.Revoked)
	w.refresh(t, eve.RefreshToken)
	w.refresh(t, w.open(t, "ada").RefreshToken) // at once
}

// TestLogoutAllReused: a token used up long ago may be a thief's. It ends its own session, and not the others.
func TestLogoutAllReused(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g, other := w.open(t, "ada"), w.open(t, "ada")
	next := w.refresh(t, g.RefreshToken)
	w.pass(time.Minute)
	w.left(t, func() {
		if n, err := w.Logout(t.Context(), g.RefreshToken, true); n != 0 || !errors.Is(err, token.Revoked) {
			t.Errorf("%d, %v", n, err)
		}
	}, "logout refused")
	w.refused(t, "its session", next.RefreshToken, token.Revoked)
	w.logout(t, next.RefreshToken, true, 0) // over, so it has no say over the other
	w.refresh(t, other.RefreshToken)
}

// TestRevokeSession: by its id, and undone, in all orders with a logout.
func TestRevokeSession(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g, other := w.open(t, "ada"), w.open(t, "ada")
	id := sid(t, g.AccessToken)
	revoke := func(id, note string) *authority.Revocation {
		t.Helper()
		done, err := w.RevokeSession(t.Context(), id, authority.Revoke{Reason: "lost"})
		if err != nil || done.Kind != userdb.KindSession || done.Name != id || done.Note != note {
			t.Fatalf("%+v, %v", done, err)
		}
		return done
	}
	if _, err := w.RevokeSession(t.Context(), id, authority.Revoke{DryRun: true}); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "only looked", g.AccessToken, "")
	var r *authority.Revocation
	lines := w.left(t, func() { r = revoke(id, "") }, "revoke ok")
	if lines[0].User != "ada" || lines[0].Detail["id"] != id || lines[0].Detail["kind"] != "session" {
		t.Errorf("%+v", lines[0])
	}
	if r.Until.Before(w.now.Add(30 * 24 * time.Hour)) {
		t.Errorf("until %v", r.Until)
	}
	w.wantVerdict(t, "revoked", g.AccessToken, token.Revoked)
	w.refused(t, "revoked", g.RefreshToken, token.Revoked)
	w.wantVerdict(t, "the other", other.AccessToken, "")
	revoke(id, "it was over already")
	if _, err := w.Undo(t.Context(), r.ID()); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "undone", g.AccessToken, "")
	g = w.refresh(t, g.RefreshToken)

	revoke(id, "")
	w.logout(t, g.RefreshToken, false, 0) // over already, and yet they mean it
	if _, err := w.Undo(t.Context(), r.ID()); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "undone after a logout", g.AccessToken, token.Revoked)
	w.refused(t, "undone after a logout", g.RefreshToken, token.Revoked)

	w.logout(t, other.RefreshToken, false, 1)
	r = revoke(sid(t, other.AccessToken), "it was over already")
	if _, err := w.Undo(t.Context(), r.ID()); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "revoked after a logout and undone", other.AccessToken, token.Revoked)

	w.left(t, func() {
		if _, err := w.RevokeSession(t.Context(), strings.ToLower(id), authority.Revoke{}); !errors.Is(err, userdb.ErrNoSession) {
			t.Errorf("a slip: %v", err)
		}
	}, "revoke refused")
	if _, err := w.RevokeSession(t.Context(), "", authority.Revoke{}); !errors.Is(err, userdb.ErrDenyID) {
		t.Error(err)
	}
}

// TestUndoReuse: one who finds that it was no thief gets the session back as it was.
func TestUndoReuse(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	next := w.refresh(t, g.RefreshToken)
	w.pass(time.Minute)
	w.refused(t, "reused", g.RefreshToken, token.Revoked)
	list, err := w.Revocations(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if _, err := w.Undo(t.Context(), list[0].ID()); err != nil {
		t.Fatal(err)
	}
	w.refresh(t, next.RefreshToken)
	w.refused(t, "the old one, once more", g.RefreshToken, token.Revoked)
}

// TestRevokeTokenOfASession: that takes back the one token, and says how to end the rest.
func TestRevokeTokenOfASession(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	done, err := w.RevokeToken(t.Context(), g.AccessToken, authority.Revoke{})
	if err != nil || done.Note == "" {
		t.Errorf("%+v, %v", done, err)
	}
	w.wantVerdict(t, "the one", g.AccessToken, token.Revoked)
	w.wantVerdict(t, "the next", w.refresh(t, g.RefreshToken).AccessToken, "")
}
