package authority_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
)

// TestRevokeDryRun: it says what would go, and changes nothing, not even the audit.
func TestRevokeDryRun(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	dry := authority.Revoke{DryRun: true, Reason: "to see"}
	w.left(t, func() {
		if done, err := w.RevokeToken(t.Context(), raw, dry); err != nil || done.Kind != userdb.KindToken {
			t.Errorf("%v, %v", done, err)
		}
		if done, err := w.RevokeUser(t.Context(), "ada", dry); err != nil || done.Name != "ada" {
			t.Errorf("%v, %v", done, err)
		}
		if key, err := w.RevokeKey(t.Context(), "1", dry); err != nil || key.Revoked.IsZero() {
			t.Errorf("%v, %v", key, err)
		}
	})
	w.wantVerdict(t, "after dry runs", raw, "")
	if list, err := w.Revocations(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestRevokeRefused: what cannot be revoked is refused for its reason, with a line in the audit.
func TestRevokeRefused(t *testing.T) {
	w, stranger := start(t), start(t)
	foreign := stranger.mint(t, authority.MintRequest{})
	own := w.mint(t, authority.MintRequest{})
	w.secrets = append(w.secrets, foreign)
	byToken := func(raw string) func() error {
		return func() error { _, err := w.RevokeToken(t.Context(), raw, authority.Revoke{}); return err }
	}
	for _, c := range []struct {
		name string
		do   func() error
		want error
	}{
		{"no token", byToken("hello"), token.Malformed},
		{"foreign", byToken(foreign), token.BadSignature},
		{"changed", byToken(own[:len(own)-20] + "AAAA" + own[len(own)-16:]), token.BadSignature},
		{"without jti", byToken(w.sign(t, token.Draft{ExpiresAt: w.now.Add(time.Hour)})), authority.ErrConflict},
		{"empty jti", func() error { _, err := w.RevokeID(t.Context(), "", authority.Revoke{}); return err }, authority.ErrConflict},
		{"no user", func() error { _, err := w.RevokeUser(t.Context(), "", authority.Revoke{}); return err }, userdb.ErrDenyID},
		{"a cut in the future", func() error {
			_, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{Before: w.now.Add(time.Second)})
			return err
		}, authority.ErrPolicy},
		{"endless reason", func() error {
			_, err := w.RevokeID(t.Context(), "x", authority.Revoke{Reason: strings.Repeat("r", 257)})
			return err
		}, userdb.ErrReason},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.left(t, func() {
				if err := c.do(); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			}, "revoke refused")
		})
	}
	w.wantVerdict(t, "own", own, "")
}

// TestRevokeExpired: a token past its exp is revoked with a note, for a verifier may still let it pass by its leeway.
func TestRevokeExpired(t *testing.T) {
	for _, c := range []struct {
		name  string
		after time.Duration
		noted bool
	}{
		{"alive", 59 * time.Second, false},
		{"just expired", time.Minute, true},
		{"long expired", time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			raw := w.mint(t, authority.MintRequest{TTL: time.Minute})
			w.pass(c.after)
			w.left(t, func() {
				done, err := w.RevokeToken(t.Context(), raw, authority.Revoke{})
				if err != nil || (done.Note != "") != c.noted {
					t.Errorf("%+v, %v", done, err)
				}
			}, "revoke ok")
		})
	}
}

// TestRevokedByLeeway: as long as any verifier may let a token pass, its revocation is there.
func TestRevokedByLeeway(t *testing.T) {
	w := start(t)
	raw := w.mint(t, authority.MintRequest{TTL: time.Minute})
	w.pass(time.Minute + token.MaxLeeway - time.Second)
	if _, err := w.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	report, err := w.Examine(t.Context(), raw, token.Expect{Leeway: token.MaxLeeway}, time.Time{})
	if err != nil || report.Reason() != token.Revoked {
		t.Errorf("%v, %v", report, err)
	}
}

// TestRevokeBefore: a cut in the past lets live what came after it, and a weaker one does not undo a stronger.
func TestRevokeBefore(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	old := w.login(t, "ada")
	cut := w.now
	w.pass(time.Minute)
	young := w.login(t, "ada")
	for _, before := range []time.Time{cut, cut.Add(-time.Hour)} {
		if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{Before: before}); err != nil {
			t.Fatal(err)
		}
		w.wantVerdict(t, "old", old, token.Revoked)
		w.wantVerdict(t, "young", young, "")
	}
}

// TestRevocationsList: what is revoked now, and nothing that has expired.
func TestRevocationsList(t *testing.T) {
	w := start(t)
	short := w.mint(t, authority.MintRequest{TTL: time.Minute})
	if _, err := w.RevokeToken(t.Context(), short, authority.Revoke{Reason: "leaked"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeID(t.Context(), "some-jti", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	list, err := w.Revocations(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	w.pass(time.Minute + token.MaxLeeway + time.Second)
	list, err = w.Revocations(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "some-jti" || list[0].By != "tester" {
		t.Fatalf("%v, %v", list, err)
	}
}
