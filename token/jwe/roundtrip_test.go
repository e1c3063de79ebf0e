package jwe_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"slices"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwe "github.com/lestrrat-go/jwx/v3/jwe"

	"jotkit/token"
	"jotkit/token/jwe"
)

// pairs hands over every key management algorithm with every content algorithm. Passwords, which take long, come with one.
func pairs(t *testing.T, do func(t *testing.T, alg, enc string)) {
	for _, alg := range jwe.Algorithms() {
		for _, enc := range jwe.Contents() {
			if strings.HasPrefix(alg, "PBES2-") && enc != jwe.Contents()[0] {
				continue
			}
			t.Run(alg+" "+enc, func(t *testing.T) { do(t, alg, enc) })
		}
	}
}

// TestRoundTrip: what is encrypted to a key opens with it, for us and for jwx, and does not with another of its kind.
func TestRoundTrip(t *testing.T) {
	jwxjwe.Settings(jwxjwe.WithMaxPBES2Count(1_000_000))
	pairs(t, func(t *testing.T, alg, enc string) {
		own := material(t, alg, enc)
		k := newKey(t, "k", alg, own)
		raw := encrypt(t, newKey(t, "k", alg, publicHalf(own)), enc)
		opened, err := jwe.Decrypt(raw, k)
		if err != nil || string(opened.Plaintext) != signed {
			t.Fatalf("%v", err)
		}
		for _, want := range []string{`"alg":"` + alg + `"`, `"enc":"` + enc + `"`, `"kid":"k"`, `"cty":"JWT"`} {
			if !strings.Contains(string(opened.Header), want) {
				t.Errorf("header %s without %s", opened.Header, want)
			}
		}
		theirs, ok := jwa.LookupKeyEncryptionAlgorithm(alg)
		if !ok {
			t.Fatalf("jwx knows no %s", alg)
		}
		if got, err := jwxjwe.Decrypt([]byte(raw), jwxjwe.WithKey(theirs, own)); err != nil || string(got) != signed {
			t.Errorf("jwx: %v", err)
		}
		other := newKey(t, "k", alg, another(t, own))
		if opened, err := jwe.Decrypt(raw, other); !errors.Is(err, token.BadSignature) || opened != nil {
			t.Errorf("with another key: %v", err)
		}
	})
}

// TestPeersTokensOpen: what jwx and go-jose encrypt opens here, with keys of every curve.
func TestPeersTokensOpen(t *testing.T) {
	plaintext := []byte("any \x00 bytes")
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		opensFrom(t, "ECDH-ES", "A128GCM", ecKey(t, curve), plaintext)
		opensFrom(t, "ECDH-ES+A256KW", "A128GCM", ecKey(t, curve), plaintext)
	}
	pairs(t, func(t *testing.T, alg, enc string) { opensFrom(t, alg, enc, material(t, alg, enc), plaintext) })
}

func opensFrom(t *testing.T, alg, enc string, own any, plaintext []byte) {
	t.Helper()
	theirs, _ := jwa.LookupKeyEncryptionAlgorithm(alg)
	content, _ := jwa.LookupContentEncryptionAlgorithm(enc)
	fromJWX, err := jwxjwe.Encrypt(plaintext, jwxjwe.WithKey(theirs, publicHalf(own)), jwxjwe.WithContentEncryption(content))
	if err != nil {
		t.Fatal(err)
	}
	to := jose.Recipient{Algorithm: jose.KeyAlgorithm(alg), Key: publicHalf(own), PBES2Count: 4096}
	encrypter, err := jose.NewEncrypter(jose.ContentEncryption(enc), to, nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := encrypter.Encrypt(plaintext)
	if err != nil {
		t.Fatal(err)
	}
	fromJOSE, err := sealed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{string(fromJWX), fromJOSE} {
		opened, err := jwe.Decrypt(raw, newKey(t, "", alg, own))
		if err != nil || string(opened.Plaintext) != string(plaintext) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func publicHalf(own any) any {
	switch k := own.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey
	case *ecdsa.PrivateKey:
		return &k.PublicKey
	}
	return own
}

// another is a key of the same kind.
func another(t *testing.T, own any) any {
	t.Helper()
	switch k := own.(type) {
	case *rsa.PrivateKey:
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return other
	case *ecdsa.PrivateKey:
		return ecKey(t, k.Curve)
	}
	other := slices.Clone(own.([]byte))
	other[0] ^= 1
	return other
}
