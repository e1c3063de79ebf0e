//lint:file-ignore SA1019 these tests make keys that no sound code would

package keyring_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"jotkit/keyring"
	"jotkit/token"
)

func TestRoundTrips(t *testing.T) {
	for _, alg := range token.Algorithms() {
		t.Run(alg, func(t *testing.T) {
			k := keyFor(t, alg)
			for _, k := range []*token.Key{k, k.Public(), k.WithID("a \"kid\"\n<é>")} {
				again := mustParse(t, jwk(t, k, k.CanSign()), keyring.ParseOptions{})
				if len(again) != 1 || !same(t, again[0], k) {
					t.Errorf("JWK: got %v, want %v", again, k)
				}
				set, err := keyring.MarshalJWKS([]*token.Key{k}, true)
				if err != nil {
					t.Fatal(err)
				}
				if again := mustParse(t, string(set), keyring.ParseOptions{}); len(again) != 1 || !same(t, again[0], k) {
					t.Errorf("JWKS: got %v, want %v", again, k)
				}
			}
			if k.Symmetric() {
				return
			}
			for _, private := range []bool{true, false} {
				want := k
				if !private {
					want = k.Public()
				}
				again := mustParse(t, pemOf(t, k, private), keyring.ParseOptions{Algorithm: alg})
				if len(again) != 1 || !same(t, again[0], want) {
					t.Errorf("PEM: got %v, want %v", again, want)
				}
			}
		})
	}
}

func TestPublicOutput(t *testing.T) {
	var keys []*token.Key
	asymmetric := 0
	for _, alg := range token.Algorithms() {
		keys = append(keys, keyFor(t, alg))
		if !keyFor(t, alg).Symmetric() {
			asymmetric++
		}
	}
	text, err := keyring.MarshalJWKS(keys, false)
	if err != nil {
		t.Fatal(err)
	}
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != asymmetric {
		t.Errorf("%d keys, want %d", len(set.Keys), asymmetric)
	}
	public := []string{"kty", "use", "alg", "kid", "crv", "x", "y", "n", "e"}
	for _, k := range set.Keys {
		for name := range k {
			if !slices.Contains(public, name) {
				t.Errorf("member %q in a public set", name)
			}
		}
		if k["use"] != "sig" || k["alg"] == nil || k["kid"] == nil {
			t.Errorf("use, alg or kid is missing in %v", k)
		}
	}
	for _, pemText := range []string{pemOf(t, keys[5], false), pemOf(t, keys[10], false)} {
		if strings.Contains(pemText, "PRIVATE") {
			t.Error("a private key in public PEM")
		}
	}
}

func TestMarshalOrder(t *testing.T) {
	got := jwk(t, keyFor(t, "ES256").WithID("a"), true)
	last := -1
	for _, name := range []string{"kty", "use", "alg", "kid", "crv", "x", "y", "d"} {
		at := strings.Index(got, `"`+name+`":`)
		if at <= last {
			t.Fatalf("%q is out of order in %s", name, got)
		}
		last = at
	}
	empty, err := keyring.MarshalJWKS(nil, false)
	if err != nil || string(empty) != `{"keys":[]}` {
		t.Errorf("empty set: %s, %v", empty, err)
	}
}

func TestMarshalRefuses(t *testing.T) {
	hs, es := keyFor(t, "HS256"), keyFor(t, "ES256")
	three, err := rsa.GenerateMultiPrimeKey(rand.Reader, 3, 2048) //nolint:staticcheck // the point is that it is refused
	if err != nil {
		t.Fatal(err)
	}
	odd, err := token.NewKey("three", "RS256", three)
	if err != nil {
		t.Fatal(err)
	}
	one := func(b []byte, err error) error {
		if b != nil && err != nil {
			t.Errorf("bytes beside the error %v", err)
		}
		return err
	}
	tests := []struct {
		name string
		got  error
		want error
	}{
		{"secret as public JWK", one(keyring.MarshalJWK(hs, false)), keyring.ErrNoPublicForm},
		{"secret as public PEM", one(keyring.MarshalPEM(hs, false)), keyring.ErrNoPublicForm},
		{"secret as private PEM", one(keyring.MarshalPEM(hs, true)), keyring.ErrNoPublicForm},
		{"private JWK of a public key", one(keyring.MarshalJWK(es.Public(), true)), token.ErrCannotSign},
		{"private PEM of a public key", one(keyring.MarshalPEM(es.Public(), true)), token.ErrCannotSign},
		{"three primes as JWK", one(keyring.MarshalJWK(odd, true)), keyring.ErrUnsupported},
		{"three primes as PEM", one(keyring.MarshalPEM(odd, true)), keyring.ErrUnsupported},
	}
	for _, tt := range tests {
		if !errors.Is(tt.got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	if text, err := keyring.MarshalJWK(es.WithID("\xff"), false); err == nil {
		t.Errorf("a kid that is no UTF-8 was written: %q", text)
	}
}

// TestGoJOSE has go-jose read what is written here, agree on the thumbprint, and write what is read here.
func TestGoJOSE(t *testing.T) {
	for _, alg := range token.Algorithms() {
		t.Run(alg, func(t *testing.T) {
			k := keyFor(t, alg)
			var peer jose.JSONWebKey
			if err := peer.UnmarshalJSON([]byte(jwk(t, k, true))); err != nil {
				t.Fatal(err)
			}
			sum, err := peer.Thumbprint(crypto.SHA256)
			if k.Symmetric() { // go-jose takes no thumbprint of secrets; the vector of RFC 7515 A.1 stands for them
				sum, err = base64.RawURLEncoding.DecodeString(keyring.Thumbprint(k))
			}
			if err != nil || !k.Symmetric() && !peer.Valid() || peer.Algorithm != alg || peer.KeyID != k.ID() || peer.Use != "sig" {
				t.Fatalf("go-jose reads %+v, %v", peer.KeyID, err)
			}
			if got := base64.RawURLEncoding.EncodeToString(sum); got != keyring.Thumbprint(k) {
				t.Errorf("thumbprint %s, and go-jose says %s", keyring.Thumbprint(k), got)
			}
			text, err := peer.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if again := mustParse(t, string(text), keyring.ParseOptions{}); !same(t, again[0], k) {
				t.Errorf("go-jose writes another key: %v", again[0])
			}
		})
	}
}
