package authority_test

import (
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// TestSealedStory: one life of a store, sealed.
func TestSealedStory(t *testing.T) {
	plain, key := kv.NewMemory(), sealed.NewKey()
	if _, err := plain.Update(t.Context(), sealed.Fill(key, nil)); err != nil {
		t.Fatal(err)
	}
	w := startOver(t, sealed.New(plain, key), authority.DefaultSettings())
	w.register(t, "ada", "admin")
	first := w.login(t, "ada")
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	second := w.login(t, "ada")
	w.wantVerdict(t, "of the retired key", first, "")
	done, err := w.RevokeToken(t.Context(), second, authority.Revoke{})
	if err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "revoked", second, token.Revoked)
	if _, err := w.Undo(t.Context(), done.ID()); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "undone", second, "")
	w.pass(time.Second)
	if err := w.RemoveUser(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "removed", second, token.Revoked)
	other := &authority.Authority{Store: sealed.New(plain, sealed.NewKey()), Now: w.Now}
	if _, err := other.Examine(t.Context(), first, token.Expect{}, time.Time{}); err == nil {
		t.Error("another seal key reached a verdict")
	}
}
