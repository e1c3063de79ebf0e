package authority_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// export makes a bundle and opens it.
func (w *world) export(t *testing.T, ttl time.Duration) ([]byte, *authority.Bundle) {
	t.Helper()
	data, _, err := w.ExportBundle(t.Context(), ttl)
	if err != nil {
		t.Fatal(err)
	}
	b, err := authority.OpenBundle(data)
	if err != nil {
		t.Fatal(err)
	}
	return data, b
}

func (w *world) wantOffline(t *testing.T, b *authority.Bundle, what, raw string, want token.Reason) {
	t.Helper()
	report, err := b.Examine(t.Context(), raw, token.Expect{}, time.Time{}, w.now)
	if err != nil || report.Reason() != want {
		t.Errorf("%s: %q, %v, want %q", what, report.Reason(), err, want)
	}
}

// TestBundleKeepsToItsTime: what was revoked before is honoured, and what was revoked after is not known.
func TestBundleKeepsToItsTime(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	first := w.login(t, "ada")
	ofKey := w.mint(t, authority.MintRequest{KeyID: "2", Draft: token.Draft{Subject: "ci"}})
	_, before := w.export(t, 0)
	for _, do := range []func() error{
		func() error { _, err := w.RevokeToken(t.Context(), first, authority.Revoke{}); return err },
		func() error { _, err := w.RevokeKey(t.Context(), "2", authority.Revoke{}); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	_, after := w.export(t, 0)
	w.wantOffline(t, before, "before", first, "")
	w.wantOffline(t, before, "before, by key 2", ofKey, "")
	w.wantOffline(t, after, "after", first, token.Revoked)
	w.wantOffline(t, after, "after, by key 2", ofKey, token.Revoked)
	w.wantOffline(t, after, "for others", w.mint(t, authority.MintRequest{Draft: token.Draft{Audience: []string{"api"}}}), token.ClaimMismatch)
	w.wantOffline(t, after, "not of this type", w.mint(t, authority.MintRequest{Draft: token.Draft{Type: "refresh+jwt"}}), token.ClaimMismatch)
	if len(after.Keys) != 2 || len(after.Revoked) != 1 || after.Denied() != 2 {
		t.Errorf("%d keys, %d revoked ones and %d revocations", len(after.Keys), len(after.Revoked), after.Denied())
	}
}

// TestBundleLeavesALine: nobody has a bundle of which the audit does not tell.
func TestBundleLeavesALine(t *testing.T) {
	w := start(t)
	lines := w.left(t, func() {
		_, b := w.export(t, time.Hour)
		if b.ExpiresAt.Sub(b.IssuedAt) != time.Hour || b.Signer != w.keys(t)[keyring.Active].KID || b.Issuer != "http://127.0.0.1:8080" {
			t.Errorf("%+v", b)
		}
	}, "bundle export ok")
	if d := lines[0].Event.Detail; d["signer"] != w.keys(t)[keyring.Active].KID || d["exp"] == "" || d["jti"] == "" || d["revocations"] != "0" {
		t.Errorf("%v", d)
	}
	for _, ttl := range []time.Duration{-time.Hour, time.Millisecond, authority.MaxBundleTTL + 1} {
		w.left(t, func() {
			if data, b, err := w.ExportBundle(t.Context(), ttl); data != nil || b != nil || !errors.Is(err, authority.ErrBundleTTL) {
				t.Errorf("%v: %v", ttl, err)
			}
		}, "bundle export refused")
	}
	w.store.commit = kv.ErrBusy
	if data, b, err := w.ExportBundle(t.Context(), 0); data != nil || b != nil || !errors.Is(err, kv.ErrBusy) {
		t.Errorf("without the line: %v", err)
	}
	w.store.view = kv.ErrBusy
	if data, b, err := w.ExportBundle(t.Context(), 0); data != nil || b != nil || !errors.Is(err, kv.ErrBusy) {
		t.Errorf("without the store: %v", err)
	}
}

// TestBundleHoldsNoSecret: neither a private key nor any key of the store, in any spelling.
func TestBundleHoldsNoSecret(t *testing.T) {
	w := start(t)
	data, b := w.export(t, 0)
	var secrets kv.Secrets
	err := w.store.View(t.Context(), func(v kv.View) (err error) { secrets, err = kv.ReadSecrets(v); return err })
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][]byte{
		"data": secrets.Data, "digest": secrets.Digest, "refresh": secrets.Refresh, "audit": secrets.Audit,
	} {
		for _, text := range []string{
			string(key), hex.EncodeToString(key), base64.RawStdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key),
		} {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("the key %q is in it", name)
			}
		}
	}
	for _, k := range b.Keys {
		if k.CanSign() {
			t.Errorf("%v can sign", k)
		}
	}
	if bytes.Contains(data, []byte(`"d":`)) {
		t.Error("there is a private member")
	}
}

// TestBundleOfSecrets: where the active key is a secret nobody could check a bundle; other secrets are left out of one.
func TestBundleOfSecrets(t *testing.T) {
	settings := authority.DefaultSettings()
	settings.Algorithm = "HS256"
	w := startOver(t, kv.NewMemory(), settings)
	bySecret := w.mint(t, authority.MintRequest{})
	w.left(t, func() {
		if _, _, err := w.ExportBundle(t.Context(), 0); !errors.Is(err, authority.ErrBundleKey) {
			t.Errorf("%v", err)
		}
	}, "bundle export refused")
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{Algorithm: "ES256", Now: true}); err != nil {
		t.Fatal(err)
	}
	byKey := w.mint(t, authority.MintRequest{})
	_, b := w.export(t, 0)
	w.wantOffline(t, b, "by the key", byKey, "")
	w.wantOffline(t, b, "by the secret", bySecret, token.BadSignature)
	w.wantVerdict(t, "by the secret, in the store", bySecret, "")
	if _, err := w.RevokeKey(t.Context(), "1", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	_, b = w.export(t, 0)
	w.wantOffline(t, b, "by the secret, revoked", bySecret, token.BadSignature)
}

// TestBundleWithoutName: a token that does not name its key is none of the store's, even where its bundle has but one key.
func TestBundleWithoutName(t *testing.T) {
	w := start(t)
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{Algorithm: "HS256"}); err != nil {
		t.Fatal(err)
	}
	ring, err := w.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Whole(w.keys(t)[keyring.Active].KID)
	if err != nil {
		t.Fatal(err)
	}
	settings := authority.DefaultSettings()
	draft := token.Draft{Issuer: settings.Issuer, Audience: settings.Audience, IssuedAt: w.now, ExpiresAt: w.now.Add(time.Minute)}
	raw, err := draft.Sign(key.WithID(""))
	if err != nil {
		t.Fatal(err)
	}
	_, b := w.export(t, 0)
	if len(b.Keys) != 1 {
		t.Fatalf("%d keys", len(b.Keys))
	}
	w.wantVerdict(t, "in the store", raw, token.BadSignature)
	w.wantOffline(t, b, "offline", raw, token.BadSignature)
	good, err := b.Good()
	if err != nil {
		t.Fatal(err)
	}
	if k, err := good.Key(t.Context(), ""); k != nil || !errors.Is(err, token.ErrUnknownKey) {
		t.Errorf("%v, %v", k, err)
	}
}

func TestBundleCheck(t *testing.T) {
	w := start(t)
	_, b := w.export(t, 2*time.Hour)
	made, other := b.IssuedAt, strings.Repeat("A", 43)
	for _, c := range []struct {
		name  string
		after time.Duration
		trust authority.Trust
		want  error
	}{
		{"at once", 0, authority.Trust{}, nil},
		{"to the last moment", 2*time.Hour - 1, authority.Trust{}, nil},
		{"past its end", 2 * time.Hour, authority.Trust{}, authority.ErrBundleStale},
		{"past its end, old enough for some", 3 * time.Hour, authority.Trust{MaxAge: 5 * time.Hour, Leeway: token.MaxLeeway}, authority.ErrBundleStale},
		{"as old as may be", time.Hour, authority.Trust{MaxAge: time.Hour}, nil},
		{"older", time.Hour + 1, authority.Trust{MaxAge: time.Hour}, authority.ErrBundleStale},
		{"from the future", -time.Second, authority.Trust{}, authority.ErrBundle},
		{"a clock behind", -30 * time.Second, authority.Trust{Leeway: 30 * time.Second, MaxAge: time.Minute}, nil},
		{"a clock too far behind", -31 * time.Second, authority.Trust{Leeway: 30 * time.Second}, authority.ErrBundle},
		{"its signer", 0, authority.Trust{Signers: []string{other, b.Signer}}, nil},
		{"another signer", 0, authority.Trust{Signers: []string{other}}, authority.ErrBundleSigner},
		{"the start of its signer", 0, authority.Trust{Signers: []string{b.Signer[:42]}}, authority.ErrBundleSigner},
		{"another signer, and stale", 3 * time.Hour, authority.Trust{Signers: []string{other}}, authority.ErrBundleSigner},
	} {
		if err := b.Check(made.Add(c.after), c.trust); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// TestBundleSignerIsTheKey: it is the key that is pinned, and not the name that somebody gives to theirs.
func TestBundleSignerIsTheKey(t *testing.T) {
	w, thief := start(t), start(t)
	_, b := w.export(t, 0)
	key, err := keyring.Generate("ES256")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := thief.ImportKeys(t.Context(), []*token.Key{key.WithID(b.Signer)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := thief.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	data, forged := thief.export(t, 0)
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if says, err := token.Decode(string(line)); err != nil || says.Header.KeyID != b.Signer {
		t.Fatalf("the forged one does not go by the name: %v", err)
	}
	if err := forged.Check(w.now, authority.Trust{Signers: []string{b.Signer}}); !errors.Is(err, authority.ErrBundleSigner) {
		t.Errorf("%v", err)
	}
}

// TestBundleChanged: no byte of a bundle can be another, be missing or be too many.
func TestBundleChanged(t *testing.T) {
	w := start(t)
	if err := w.deny(userdb.KindToken, "x"); err != nil {
		t.Fatal(err)
	}
	data, _ := w.export(t, 0)
	refused := func(what string, i int, changed []byte) {
		t.Helper()
		if b, err := authority.OpenBundle(changed); b != nil || !errors.Is(err, authority.ErrBundle) || token.IsVerdict(err) || errors.Is(err, kv.ErrDamaged) {
			t.Fatalf("%s %d: %v", what, i, err)
		}
	}
	for i := range data {
		for _, with := range []byte{data[i] ^ 1, data[i] ^ 0x20, 0, '\n'} {
			if with == data[i] {
				continue
			}
			changed := bytes.Clone(data)
			changed[i] = with
			refused("changed at", i, changed)
		}
		refused("cut off at", i, data[:i])
		refused("without", i, append(bytes.Clone(data[:i]), data[i+1:]...))
	}
	refused("more by", 1, append(bytes.Clone(data), '\n'))
	refused("twice", 2, append(bytes.Clone(data), data...))
	refused("in the lines of Windows", 0, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
}
