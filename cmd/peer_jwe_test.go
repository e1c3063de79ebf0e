package cmd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"jotkit/token/jwe"
)

// TestJoseEncrypted has jose open what encrypt made, and decrypt open what jose made, for every algorithm.
func TestJoseEncrypted(t *testing.T) {
	node(t)
	h := newHome(t)
	h.run("init")
	d := newNode(t, h, "jose-jwe.mjs")
	raw := h.run("mint", "--sub", "ada")
	for _, alg := range jwe.Algorithms() {
		public, private := encryptionJWK(t, alg)
		h.write("public.jwk", public)
		h.write("private.jwk", private)
		made := h.run("encrypt", "--to", "public.jwk", raw)
		if got := d.ask(t, strings.Join([]string{"open", alg, private, made}, " ")); got != raw {
			t.Errorf("%s: jose opened %q", alg, got)
		}
		theirs := d.ask(t, strings.Join([]string{"make", alg, "A256GCM", public, raw}, " "))
		if got := h.run("decrypt", "--key", "private.jwk", theirs); got != raw {
			t.Errorf("%s: opened %q of jose", alg, got)
		}
	}
}

// encryptionJWK is a new key for the algorithm, without and with its private half.
func encryptionJWK(t *testing.T, alg string) (public, private string) {
	t.Helper()
	k := jose.JSONWebKey{Algorithm: alg, KeyID: "k"}
	var err error
	switch {
	case alg == "RSA-OAEP-256":
		k.Key, err = rsa.GenerateKey(rand.Reader, 2048)
	case strings.HasPrefix(alg, "ECDH-ES"):
		k.Key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		secret := make([]byte, 32)
		rand.Read(secret)
		if alg == "A128KW" {
			secret = secret[:16]
		}
		k.Key = secret
	}
	if err != nil {
		t.Fatal(err)
	}
	whole, err := k.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if p := k.Public(); p.Valid() {
		half, err := p.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return string(half), string(whole)
	}
	return string(whole), string(whole)
}
