package keyring_test

import (
	"os"
	"path/filepath"
	"testing"

	"jotkit/keyring"
	"jotkit/token"
)

// FuzzParse holds that nothing panics, and that what is read can be written and read again as the same keys.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../testdata/vectors/keys/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "")
	}
	for _, alg := range []string{"ES256", "EdDSA", "RS256"} {
		k := keyFor(f, alg)
		f.Add([]byte(jwk(f, k, true)), "")
		f.Add([]byte(`{"keys":[`+jwk(f, k, false)+`,{"kty":"x"}]}`), alg)
		for _, private := range []bool{true, false} {
			text, err := keyring.MarshalPEM(k, private)
			ok(f, err)
			f.Add(text, "")
		}
	}
	f.Add([]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"), "Ed25519")
	f.Fuzz(func(t *testing.T, data []byte, alg string) {
		keys, err := keyring.Parse(data, keyring.ParseOptions{Algorithm: alg})
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys and %v", len(keys), err)
		}
		if err != nil {
			return
		}
		checkReadsAgain(t, keys)
	})
}

func checkReadsAgain(t *testing.T, keys []*token.Key) {
	t.Helper()
	text, err := keyring.MarshalJWKS(keys, true)
	ok(t, err)
	again := mustParse(t, string(text), keyring.ParseOptions{})
	if len(again) != len(keys) {
		t.Fatalf("%d keys, and %d were written", len(again), len(keys))
	}
	for i := range keys {
		if !same(t, again[i], keys[i]) {
			t.Fatalf("%v is another key than %v", again[i], keys[i])
		}
	}
}

// FuzzUnmarshal holds that nothing panics, and that a ring that is read can be used.
func FuzzUnmarshal(f *testing.F) {
	r := newRing(f, "ES256")
	ok(f, r.Rotate(start))
	f.Add([]byte(stored(f, r)))
	f.Add([]byte(stored(f, lived(f))))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := keyring.Unmarshal(data)
		if err != nil {
			return
		}
		r.Active() //nolint:errcheck // the private half may be damaged
		text := stored(t, r)
		again, err := keyring.Unmarshal([]byte(text))
		ok(t, err)
		if stored(t, again) != text {
			t.Fatal("not the same bytes again")
		}
		again.Prune(start)
		if _, err := again.Export(start, true); err != nil {
			t.Fatal(err)
		}
	})
}
