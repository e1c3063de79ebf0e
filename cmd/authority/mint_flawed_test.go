package authority_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/flaw"
)

// TestMintFlawed: the store's own verdict on each bad token is the one that it says, the good ones beside them are good,
// and one line stands for all.
func TestMintFlawed(t *testing.T) {
	w := start(t)
	var made authority.Flawed
	lines := w.left(t, func() {
		var err error
		r := authority.MintRequest{Draft: token.Draft{Subject: "ada", ID: "J"}}
		if made, err = w.MintFlawed(t.Context(), r, authority.AllFlaws); err != nil {
			t.Fatal(err)
		}
	}, "mint ok")
	want := map[string]string{
		"kid": w.keys(t)[keyring.Active].KID, "exp": "2026-03-01T12:15:00Z", "jti": "J", "flaw": "all",
	}
	if diff := cmp.Diff(want, lines[0].Detail); diff != "" {
		t.Error(diff)
	}
	for _, good := range made.Good {
		w.wantVerdict(t, "good", good, "")
	}
	for _, bad := range made.Bad {
		w.wantVerdict(t, bad.Name, bad.Raw, bad.Reason)
	}
	if len(made.Bad) < 50 || made.Good[0] == made.Good[1] {
		t.Errorf("%d bad tokens, and good ones %q", len(made.Bad), made.Good)
	}
}

// TestMintFlawedRefused: nothing is handed out, and the one line says so.
func TestMintFlawedRefused(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		name, kind string
		request    authority.MintRequest
		want       error
	}{
		{"unknown", "nosuch", authority.MintRequest{}, flaw.ErrUnknownKind},
		{"not with this key", "empty-secret", authority.MintRequest{}, flaw.ErrImpossible},
		{"good from later on", "expired", authority.MintRequest{Draft: token.Draft{NotBefore: w.now.AddDate(0, 0, 1)}}, flaw.ErrNotGood},
		{"too long a life", "expired", authority.MintRequest{TTL: 1e6 * 1e9 * 60}, authority.ErrPolicy},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.left(t, func() {
				if made, err := w.MintFlawed(t.Context(), c.request, c.kind); !errors.Is(err, c.want) || len(made.Bad) > 0 {
					t.Errorf("%+v, %v", made, err)
				}
			}, "mint refused")
		})
	}
}

// TestMintFlawedRotated: tokens by a key that was rotated away while they were made are not handed out.
func TestMintFlawedRotated(t *testing.T) {
	w := start(t)
	w.store.before = func() {
		if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	made, err := w.MintFlawed(t.Context(), authority.MintRequest{}, authority.AllFlaws)
	if !errors.Is(err, authority.ErrConflict) || len(made.Bad) > 0 {
		t.Errorf("%d tokens, %v", len(made.Bad), err)
	}
}
