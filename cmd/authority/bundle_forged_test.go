package authority_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// signedOver puts a good first line before any body, as who has a key can.
func signedOver(t testing.TB, key *token.Key, body []byte, change func(*token.Draft)) []byte {
	t.Helper()
	sum := sha256.Sum256(body)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	d := token.Draft{
		Type: "bundle+jwt", Issuer: "https://id.example", IssuedAt: now, ExpiresAt: now.Add(time.Hour), ID: "1",
		Extra: []token.Member{{Name: "sha256", Value: []byte(`"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `"`)}},
	}
	if change != nil {
		change(&d)
	}
	raw, err := d.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte(raw+"\n"), body...)
}

// parts returns the body of a bundle, the key that signed it, and one that is revoked in it.
func parts(t testing.TB) (key, revoked *token.Key, body []byte) {
	t.Helper()
	w := found(t, kv.NewMemory(), authority.DefaultSettings())
	ring, err := w.Ring(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if key, err = ring.Active(); err != nil {
		t.Fatal(err)
	}
	if revoked, err = ring.Whole(w.keys(t)[keyring.Next].KID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeKey(context.Background(), "2", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	data, _, err := w.ExportBundle(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ = bytes.Cut(data, []byte("\n"))
	return key, revoked, body
}

// TestBundleForged: a good signature over what is no bundle is none, so that a reader never goes by half of one.
func TestBundleForged(t *testing.T) {
	key, revoked, body := parts(t)
	stranger, err := keyring.Generate("ES256")
	if err != nil {
		t.Fatal(err)
	}
	jwks := func(private bool, keys ...*token.Key) json.RawMessage {
		t.Helper()
		set, err := keyring.MarshalJWKS(keys, private)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	secret, err := keyring.Generate("HS256")
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, value any) []byte {
		t.Helper()
		var members map[string]any
		if err := json.Unmarshal(body, &members); err != nil {
			t.Fatal(err)
		}
		if members[name] = value; value == nil {
			delete(members, name)
		}
		changed, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	for name, data := range map[string][]byte{
		"no JSON":                        signedOver(t, key, []byte("hello"), nil),
		"nothing":                        signedOver(t, key, nil, nil),
		"two objects":                    signedOver(t, key, append(bytes.Clone(body), body...), nil),
		"a member twice":                 signedOver(t, key, append([]byte(`{"version":1,`), body[1:]...), nil),
		"a member nobody knows":          signedOver(t, key, with("also_deny", "x"), nil),
		"a member in capitals":           signedOver(t, key, with("Version", 1), nil),
		"another version":                signedOver(t, key, with("version", 2), nil),
		"without version":                signedOver(t, key, with("version", nil), nil),
		"without aud":                    signedOver(t, key, with("aud", nil), nil),
		"an empty aud":                   signedOver(t, key, with("aud", []string{""}), nil),
		"without keys":                   signedOver(t, key, with("keys", nil), nil),
		"no keys":                        signedOver(t, key, with("keys", jwks(false)), nil),
		"other keys":                     signedOver(t, key, with("keys", jwks(false, stranger)), nil),
		"a private key":                  signedOver(t, key, with("keys", jwks(true, key)), nil),
		"a secret":                       signedOver(t, secret, with("keys", jwks(true, secret)), nil),
		"a good key among the revoked":   signedOver(t, key, with("revoked_keys", jwks(false, key)), nil),
		"a revoked key among the good":   signedOver(t, key, with("keys", jwks(false, key, revoked)), nil),
		"a revoked key not denied":       signedOver(t, key, with("revoked_keys", jwks(false, stranger)), nil),
		"without deny key":               signedOver(t, key, with("deny_key", nil), nil),
		"a short deny key":               signedOver(t, key, with("deny_key", "AAAA"), nil),
		"another deny key":               signedOver(t, key, with("deny_key", bytes.Repeat([]byte{1}, 32)), nil),
		"without deny list":              signedOver(t, key, with("denied", nil), nil),
		"an empty deny list":             signedOver(t, key, with("denied", ""), nil),
		"half a deny list":               signedOver(t, key, with("denied", bytes.Repeat([]byte{2}, 29)), nil),
		"by a key that is not in it":     signedOver(t, stranger, body, nil),
		"by another key under its kid":   signedOver(t, stranger.WithID(key.ID()), body, nil),
		"by a key that is revoked in it": signedOver(t, revoked, body, nil),
		"an access token":                signedOver(t, key, body, func(d *token.Draft) { d.Type = "" }),
		"without iss":                    signedOver(t, key, body, func(d *token.Draft) { d.Issuer = "" }),
		"without jti":                    signedOver(t, key, body, func(d *token.Draft) { d.ID = "" }),
		"without iat":                    signedOver(t, key, body, func(d *token.Draft) { d.IssuedAt = time.Time{} }),
		"over before it was made":        signedOver(t, key, body, func(d *token.Draft) { d.ExpiresAt = d.IssuedAt }),
		"without sum":                    signedOver(t, key, body, func(d *token.Draft) { d.Extra = nil }),
		"a line without end":             bytes.Repeat([]byte("a"), 1<<20),
		"a long line":                    append(bytes.Repeat([]byte("a"), 1<<20), '\n'),
	} {
		if b, err := authority.OpenBundle(data); b != nil || !errors.Is(err, authority.ErrBundle) || token.IsVerdict(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := authority.OpenBundle(signedOver(t, key, body, nil)); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// TestBundleOfManyParts: what anybody can make takes no more memory than its length is worth, and no more time.
func TestBundleOfManyParts(t *testing.T) {
	key, _, body := parts(t)
	names := []byte(`{"":0`)
	for i := range 200_000 {
		names = fmt.Appendf(names, `,"%x":0`, i)
	}
	for name, data := range map[string][]byte{
		"audiences": append([]byte(`{"aud":["a"`+strings.Repeat(`,"a"`, 1<<20)+`],`), body[1:]...),
		"members":   append(append([]byte(`{"revoked_keys":`), names...), append([]byte(`},`), body[1:]...)...),
	} {
		data = signedOver(t, key, data, nil)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := authority.OpenBundle(data)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, authority.ErrBundle) {
			t.Errorf("%s: %v", name, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > uint64(len(data)) {
			t.Errorf("%s: %d bytes of memory for a file of %d", name, got, len(data))
		}
	}
}

// FuzzOpenBundle: whatever body is signed, what is taken can be asked about anything and holds public keys alone.
func FuzzOpenBundle(f *testing.F) {
	key, _, body := parts(f)
	f.Add(body)
	f.Add([]byte(`{"version":1,"aud":["a"],"keys":{"keys":[]},"deny_key":"","denied":""}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := authority.OpenBundle(signedOver(t, key, body, nil))
		if err != nil {
			if b != nil || !errors.Is(err, authority.ErrBundle) {
				t.Fatal(err)
			}
			return
		}
		if b.Signer != keyring.Thumbprint(key) || len(b.Audience) == 0 {
			t.Fatalf("%+v", b)
		}
		for _, k := range append(b.Keys, b.Revoked...) {
			if k.CanSign() {
				t.Fatalf("%v can sign", k)
			}
		}
		raw, err := (&token.Draft{
			Issuer: b.Issuer, Audience: b.Audience, Subject: fmt.Sprint(len(body)), ID: "x", SessionID: "y",
			IssuedAt: b.IssuedAt, ExpiresAt: b.ExpiresAt,
		}).Sign(key)
		if err != nil {
			return // an audience that is too long
		}
		if _, err := b.Examine(t.Context(), raw, token.Expect{}, time.Time{}, b.IssuedAt); err != nil {
			t.Fatal(err)
		}
	})
}
