package authority_test

import (
	"errors"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
)

// TestUndo: a revocation of a token or of a user can be taken back, once.
func TestUndo(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	byToken, err := w.RevokeToken(t.Context(), raw, authority.Revoke{})
	if err != nil {
		t.Fatal(err)
	}
	byUser, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id   string
		want token.Reason
	}{{byUser.ID(), token.Revoked}, {byToken.ID(), ""}} {
		w.left(t, func() {
			if undone, err := w.Undo(t.Context(), c.id); err != nil || undone.ID() != c.id {
				t.Errorf("%v, %v", undone, err)
			}
		}, "revocations undo ok")
		w.wantVerdict(t, "undone", raw, c.want)
		w.left(t, func() {
			if _, err := w.Undo(t.Context(), c.id); !errors.Is(err, userdb.ErrNoRevocation) {
				t.Error(err)
			}
		}, "revocations undo refused")
	}
}

// TestUndoConflicts: a revoked key and a disabled person are not brought back this way.
func TestUndoConflicts(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	byUser, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Disable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	undo := func(id string, want error) {
		t.Helper()
		w.left(t, func() {
			if _, err := w.Undo(t.Context(), id); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}, "revocations undo refused")
		w.wantVerdict(t, "after an undo refused", raw, token.Revoked)
	}
	undo(byUser.ID(), authority.ErrConflict)
	if _, err := w.Enable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	undo(byUser.ID(), userdb.ErrNoRevocation) // the cut left by enable would go with it
	if _, err := w.RevokeKey(t.Context(), "1", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	list, err := w.Revocations(t.Context())
	if err != nil || len(list) != 1 || list[0].Kind != userdb.KindKey {
		t.Fatalf("%v, %v", list, err)
	}
	undo(list[0].ID(), authority.ErrConflict)
}

// TestCutOutlivesImportedTokens: an imported key may have signed for years, and no cut ends before its tokens do.
func TestCutOutlivesImportedTokens(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	foreign := generate(t, "EdDSA")
	if _, err := w.ImportKeys(t.Context(), []*token.Key{foreign.Public()}); err != nil {
		t.Fatal(err)
	}
	sign := func(sub, jti string) string {
		d := token.Draft{Subject: sub, ID: jti, Issuer: "http://127.0.0.1:8080", Audience: []string{"http://127.0.0.1:8080"},
			IssuedAt: w.now, ExpiresAt: w.now.AddDate(1, 0, 0)}
		raw, err := d.Sign(foreign)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	ofAda, byID, ofEve := sign("ada", "1"), sign("eve", "2"), sign("eve", "3")
	if _, err := w.Disable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Enable(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeID(t.Context(), "2", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	w.pass(30 * 24 * time.Hour)
	for range 30 { // what has expired goes as the list is written
		raw := w.mint(t, authority.MintRequest{})
		if _, err := w.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
	}
	w.wantVerdict(t, "of ada", ofAda, token.Revoked)
	w.wantVerdict(t, "by jti", byID, token.Revoked)
	w.wantVerdict(t, "of eve", ofEve, "")
}

func generate(t *testing.T, alg string) *token.Key {
	t.Helper()
	key, err := token.GenerateKey(alg)
	if err != nil {
		t.Fatal(err)
	}
	return key.WithID("imported-" + alg)
}

// TestUndoLeavesEarlierCuts: undoing a revocation of a user takes back that one, not what ended their tokens before it.
func TestUndoLeavesEarlierCuts(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	stolen := w.login(t, "ada")
	if err := w.SetPassword(t.Context(), "ada", "another "+password); err != nil {
		t.Fatal(err)
	}
	list, err := w.Revocations(t.Context())
	if err != nil || len(list) != 0 {
		t.Errorf("a changed password can be undone: %v, %v", list, err)
	}
	w.pass(time.Minute)
	r, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Undo(t.Context(), r.ID()); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "stolen before the password was changed", stolen, token.Revoked)
}

// TestUndoOfTwo: a user revoked twice by mistake is there again after one undo, as the list shows one revocation.
func TestUndoOfTwo(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	var last *authority.Revocation
	for range 2 {
		w.pass(time.Second)
		var err error
		if last, err = w.RevokeUser(t.Context(), "ada", authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Undo(t.Context(), last.ID()); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "after the undo", raw, "")
}

// TestRevokeUserAsWritten: a sub that is no mapped user name is cut as it stands.
func TestRevokeUserAsWritten(t *testing.T) {
	w := start(t)
	raw := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "Ada"}})
	if _, err := w.RevokeUser(t.Context(), "Ada", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "of Ada", raw, token.Revoked)
}

// TestMintedInTheFuture: a token younger than now would outlive a cut.
func TestMintedInTheFuture(t *testing.T) {
	w := start(t)
	err := w.Mint(t.Context(), authority.MintRequest{Draft: token.Draft{Subject: "ada", IssuedAt: w.now.Add(time.Minute)}},
		func(authority.Minted) error { return nil })
	if !errors.Is(err, authority.ErrPolicy) {
		t.Errorf("%v", err)
	}
}

// TestRevokedKeyStaysOut: a key that was revoked cannot be imported again, however long ago it was.
func TestRevokedKeyStaysOut(t *testing.T) {
	w := start(t)
	k, err := token.GenerateKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	public := []*token.Key{k.Public()}
	entries, err := w.ImportKeys(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeKey(t.Context(), entries[0].KID, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	w.pass(90 * 24 * time.Hour)
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ImportKeys(t.Context(), public); !errors.Is(err, authority.ErrConflict) {
		t.Errorf("%v", err)
	}
}
