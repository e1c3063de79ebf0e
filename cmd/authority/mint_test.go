package authority_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
)

// TestMintCount: several tokens differ in their jti, and one line stands for all.
func TestMintCount(t *testing.T) {
	w := start(t)
	var all []authority.Minted
	lines := w.left(t, func() {
		r := authority.MintRequest{Draft: token.Draft{Subject: "ci", ID: "first"}, TTL: time.Hour, Count: 3}
		if err := w.Mint(t.Context(), r, func(m authority.Minted) error { all = append(all, m); return nil }); err != nil {
			t.Fatal(err)
		}
	}, "mint ok")
	kid := w.keys(t)[keyring.Active].KID
	want := map[string]string{"kid": kid, "exp": "2026-03-01T13:00:00Z", "count": "3"}
	if diff := cmp.Diff(want, lines[0].Detail); diff != "" {
		t.Error(diff)
	}
	ids := map[string]bool{}
	for _, m := range all {
		ids[m.ID] = true
		w.wantVerdict(t, m.ID, m.Token, "")
		if m.KeyID != kid || m.Algorithm != "ES256" || m.ExpiresAt != w.now.Add(time.Hour).Unix() {
			t.Errorf("%+v", m)
		}
	}
	if len(all) != 3 || len(ids) != 3 || all[0].ID != "first" {
		t.Errorf("%v", ids)
	}
}

// TestMintRefused: nothing is handed out, and the one line says so.
func TestMintRefused(t *testing.T) {
	w := start(t)
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		request authority.MintRequest
		want    error
	}{
		{"too long a life", authority.MintRequest{TTL: 25 * time.Hour}, authority.ErrPolicy},
		{"too late an exp", authority.MintRequest{Draft: token.Draft{ExpiresAt: w.now.Add(25 * time.Hour)}}, authority.ErrPolicy},
		{"late exp behind a later iat", authority.MintRequest{Draft: token.Draft{
			IssuedAt: w.now.Add(2 * time.Hour), ExpiresAt: w.now.Add(25 * time.Hour)}}, authority.ErrPolicy},
		{"long since issued", authority.MintRequest{Draft: token.Draft{
			IssuedAt: w.now.Add(-24 * time.Hour), ExpiresAt: w.now.Add(time.Hour)}}, authority.ErrPolicy},
		{"retired key", authority.MintRequest{KeyID: "1"}, authority.ErrPolicy},
		{"no such key", authority.MintRequest{KeyID: "no-such-kid"}, keyring.ErrNoKey},
		{"what cannot be signed", authority.MintRequest{Draft: token.Draft{Subject: "\xff"}}, token.ErrDraft},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.left(t, func() {
				err := w.Mint(t.Context(), c.request, func(authority.Minted) error {
					t.Error("a token was handed out")
					return nil
				})
				if !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			}, "mint refused")
		})
	}
}

// TestMintEachFails: who cannot take a token any more is not handed the next.
func TestMintEachFails(t *testing.T) {
	w, full, handed := start(t), errors.New("pipe closed"), 0
	err := w.Mint(t.Context(), authority.MintRequest{Count: 5}, func(authority.Minted) error { handed++; return full })
	if !errors.Is(err, full) || handed != 1 {
		t.Errorf("%v after %d", err, handed)
	}
}

// TestMintWith: a key from elsewhere knows no limits, and no token goes without exp.
func TestMintWith(t *testing.T) {
	key, now := generate(t, "EdDSA"), time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC)
	for _, c := range []struct {
		request authority.MintRequest
		exp     time.Time
	}{
		{authority.MintRequest{}, now.Add(15 * time.Minute)},
		{authority.MintRequest{TTL: 1000 * time.Hour}, now.Add(1000 * time.Hour)},
		{authority.MintRequest{Draft: token.Draft{ExpiresAt: now.Add(-time.Hour)}}, now.Add(-time.Hour)},
	} {
		err := authority.MintWith(t.Context(), key, now, c.request, func(m authority.Minted) error {
			if m.ExpiresAt != c.exp.Unix() || m.KeyID != key.ID() || m.ID == "" {
				t.Errorf("%+v", m)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestMintManyCancelled: who asks for very many can change their mind.
func TestMintManyCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	handed := 0
	err := authority.MintWith(ctx, generate(t, "EdDSA"), time.Now(), authority.MintRequest{Count: 1 << 20}, func(authority.Minted) error {
		if handed++; handed == 3 {
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || handed != 3 {
		t.Errorf("%v after %d", err, handed)
	}
}
