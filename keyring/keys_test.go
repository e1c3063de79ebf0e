package keyring_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"jotkit/keyring"
	"jotkit/token"
)

// made keeps one key of each algorithm for the whole run, for RSA keys are slow to make.
var made sync.Map

func keyFor(t testing.TB, alg string) *token.Key {
	t.Helper()
	if k, ok := made.Load(alg); ok {
		return k.(*token.Key)
	}
	k, err := token.GenerateKey(alg)
	if err != nil {
		t.Fatal(err)
	}
	k = k.WithID(keyring.Thumbprint(k))
	actual, _ := made.LoadOrStore(alg, k)
	return actual.(*token.Key)
}

// jwk is the JWK of a key as text, with the replacements old, new, old, new… made in it.
func jwk(t testing.TB, k *token.Key, private bool, replace ...string) string {
	t.Helper()
	text, err := keyring.MarshalJWK(k, private)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(string(text), replace[i]) {
			t.Fatalf("no %q in %s", replace[i], text)
		}
	}
	return strings.NewReplacer(replace...).Replace(string(text))
}

func mustParse(t testing.TB, data string, o keyring.ParseOptions) []*token.Key {
	t.Helper()
	keys, err := keyring.Parse([]byte(data), o)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// same tells whether two keys are one: id, algorithm and all that is known of the key.
func same(t testing.TB, a, b *token.Key) bool {
	t.Helper()
	if a.ID() != b.ID() || a.Algorithm() != b.Algorithm() || a.CanSign() != b.CanSign() {
		return false
	}
	return jwk(t, a, a.CanSign()) == jwk(t, b, b.CanSign())
}

func otherEd25519(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
