package authority_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// A store that was put back under a running server goes another way from there. The revisions are those that the server
// has seen, and the changes are not.
func TestLiveOverAStorePutBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	if err := bolt.Create(t.Context(), path, bolt.Options{}, func(tx kv.Tx) error {
		return kv.PutSecrets(tx, kv.NewSecrets())
	}); err != nil {
		t.Fatal(err)
	}
	w := startOver(t, bolt.New(path, bolt.Options{}), authority.DefaultSettings())
	raw := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	copied, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	revoke := func(ids ...string) {
		t.Helper()
		for _, id := range ids {
			if _, err := w.RevokeID(t.Context(), id, authority.Revoke{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	revoke("1", "2", "3")
	served := *w.Authority
	served.Store = bolt.New(path, bolt.Options{})
	live, err := authority.NewLive(t.Context(), &served)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := live.Verify(t.Context(), raw); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(path, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := live.Look(t.Context()); !errors.Is(err, kv.ErrRolledBack) {
		t.Fatalf("the old copy: %v", err)
	}
	if err := os.Remove(path + ".lock"); err != nil { // by which it is accepted
		t.Fatal(err)
	}
	if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "aud", Value: "https://other.example"}}); err != nil {
		t.Fatal(err)
	}
	revoke("4", "5", "6", "7")
	if err := live.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := live.Verify(t.Context(), raw); !errors.Is(err, token.ClaimMismatch) {
		t.Errorf("a token for the audience of before: %v", err)
	}
}
