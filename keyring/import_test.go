package keyring_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/keyring"
	"jotkit/token"
)

func TestImport(t *testing.T) {
	r := newRing(t, "ES256")
	waiting := r.Entries()[1].KID
	foreign := keyFor(t, "EdDSA").WithID("theirs")
	ok(t, r.Import(foreign, start))
	expect(t, r, keyring.Active, keyring.Next)
	if _, err := r.Key(t.Context(), waiting); !errors.Is(err, token.ErrUnknownKey) {
		t.Errorf("the key that waited is still there: %v", err)
	}
	ok(t, r.Import(keyFor(t, "ES384").Public(), start))
	expect(t, r, keyring.Active, keyring.Next, keyring.VerifyOnly)
	ok(t, r.Import(keyFor(t, "HS256").WithID(""), start))
	expect(t, r, keyring.Active, keyring.VerifyOnly, keyring.Next)
	ok(t, r.Rotate(start))
	if gone := r.Prune(start.Add(1e6 * time.Hour)); len(gone) != 1 || gone[0].State != keyring.VerifyOnly {
		t.Errorf("%v went; a public key from elsewhere stays", gone)
	}
	for _, k := range r.PublicSet(start) {
		if k.Symmetric() {
			t.Errorf("%v is published", k)
		}
	}
	if err := r.Import(keyFor(t, "HS256"), start); !errors.Is(err, keyring.ErrExists) {
		t.Errorf("imported twice: %v", err)
	}
	imported := r.Entries()[0].KID
	ok(t, r.Revoke(imported, start))
	if e := r.Entries()[0]; !e.LastExp.Equal(at(24*time.Hour + token.MaxLeeway)) {
		t.Errorf("a revoked key without an end: %+v", e)
	}
}

func TestClock(t *testing.T) {
	r := newRing(t, "ES256")
	ok(t, r.Rotate(start.Add(time.Hour)))
	was := r.Entries()
	back := start.Add(59 * time.Minute)
	for name, err := range map[string]error{
		"Rotate":      r.Rotate(back),
		"ReplaceNext": r.ReplaceNext("ES256", back),
		"Import":      r.Import(keyFor(t, "EdDSA"), back),
	} {
		if !errors.Is(err, keyring.ErrClock) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(was, r.Entries()); diff != "" {
		t.Errorf("a refusal changed the ring: %s", diff)
	}
	if _, err := keyring.New("ES256", time.Hour, time.Unix(0, 0)); !errors.Is(err, keyring.ErrClock) {
		t.Errorf("a ring made in 1970: %v", err)
	}
}
