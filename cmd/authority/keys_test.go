package authority_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
)

// TestRevokeKey: its tokens die at once, and another key signs.
func TestRevokeKey(t *testing.T) {
	for _, state := range []keyring.State{keyring.Active, keyring.Next, keyring.VerifyOnly} {
		t.Run(string(state), func(t *testing.T) {
			w := start(t)
			retired := w.mint(t, authority.MintRequest{})
			if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
				t.Fatal(err)
			}
			before := w.keys(t)
			tokens := map[keyring.State]string{
				keyring.VerifyOnly: retired,
				keyring.Active:     w.mint(t, authority.MintRequest{}),
				keyring.Next:       w.mint(t, authority.MintRequest{KeyID: before[keyring.Next].KID}),
			}
			lines := w.left(t, func() {
				entry, err := w.RevokeKey(t.Context(), before[state].KID[:12], authority.Revoke{Reason: "stolen"})
				if err != nil || entry.KID != before[state].KID || entry.State != keyring.Revoked {
					t.Errorf("%+v, %v", entry, err)
				}
			}, "keys revoke ok")
			if lines[0].Detail["kid"] != before[state].KID || lines[0].Detail["reason"] != "stolen" {
				t.Errorf("%v", lines[0].Detail)
			}
			for s, raw := range tokens {
				want := token.Reason("")
				if s == state {
					want = token.Revoked
				}
				w.wantVerdict(t, string(s), raw, want)
			}
			fresh := w.mint(t, authority.MintRequest{})
			w.wantVerdict(t, "made afterwards", fresh, "")
			if header(t, fresh).KeyID == before[state].KID {
				t.Error("the revoked key signs")
			}
		})
	}
}

// TestRevokeKeyUnknown: a name that fits no key is refused.
func TestRevokeKeyUnknown(t *testing.T) {
	w := start(t)
	for name, want := range map[string]error{"9999999": keyring.ErrNoKey, "no-such-kid": keyring.ErrNoKey} {
		w.left(t, func() {
			if _, err := w.RevokeKey(t.Context(), name, authority.Revoke{}); !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
		}, "keys revoke refused")
	}
}

// TestImportKeys: a private key waits to sign, a public one only verifies, and none comes twice.
func TestImportKeys(t *testing.T) {
	w := start(t)
	private, public := generate(t, "EdDSA"), generate(t, "ES384")
	w.left(t, func() {
		entries, err := w.ImportKeys(t.Context(), []*token.Key{private, public.Public()})
		if err != nil || len(entries) != 2 || entries[0].State != keyring.Next || entries[1].State != keyring.VerifyOnly {
			t.Errorf("%+v, %v", entries, err)
		}
	}, "keys import ok")
	ring := w.ring(t)
	for name, keys := range map[string][]*token.Key{
		"there already": {private}, "one there already": {generate(t, "ES512").Public(), public.Public()},
	} {
		w.left(t, func() {
			if _, err := w.ImportKeys(t.Context(), keys); !errors.Is(err, keyring.ErrExists) {
				t.Errorf("%s: %v", name, err)
			}
		}, "keys import refused")
	}
	if w.ring(t) != ring {
		t.Error("the ring has changed")
	}
	draft := token.Draft{Issuer: "http://127.0.0.1:8080", Audience: []string{"http://127.0.0.1:8080"},
		ExpiresAt: w.now.Add(time.Hour)}
	raw, err := draft.Sign(public)
	if err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "of the public key", raw, "")
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	if kid := header(t, w.mint(t, authority.MintRequest{})).KeyID; kid != private.ID() {
		t.Errorf("after a rotation %s signs", kid)
	}
}

// TestImportManyKeys: a set with more keys than a line of the audit has room for.
func TestImportManyKeys(t *testing.T) {
	w := start(t)
	var keys []*token.Key
	for i := range 20 {
		keys = append(keys, generate(t, "EdDSA").WithID(fmt.Sprintf("key-%02d", i)).Public())
	}
	lines := w.left(t, func() {
		if entries, err := w.ImportKeys(t.Context(), keys); err != nil || len(entries) != 20 {
			t.Errorf("%v, %v", entries, err)
		}
	}, "keys import ok")
	if lines[0].Detail["count"] != "20" {
		t.Errorf("%v", lines[0].Detail)
	}
}

// TestImportUnnamed: a key without a name gets its thumbprint.
func TestImportUnnamed(t *testing.T) {
	w := start(t)
	key := generate(t, "EdDSA").WithID("").Public()
	entries, err := w.ImportKeys(t.Context(), []*token.Key{key})
	if err != nil || len(entries) != 1 || entries[0].KID != keyring.Thumbprint(key) {
		t.Errorf("%+v, %v", entries, err)
	}
}

// TestImportSeveralPrivate: one key can wait as the next, so of several that can sign none is taken.
func TestImportSeveralPrivate(t *testing.T) {
	w := start(t)
	var keys []*token.Key
	for range 2 {
		k, err := token.GenerateKey("ES256")
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	before := len(w.keys(t))
	if _, err := w.ImportKeys(t.Context(), keys); !errors.Is(err, authority.ErrConflict) || len(w.keys(t)) != before {
		t.Errorf("%v, and %d keys", err, len(w.keys(t)))
	}
}
