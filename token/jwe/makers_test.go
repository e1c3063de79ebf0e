package jwe_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"strings"
	"sync"
	"testing"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/jwe"
)

var b64 = base64.RawURLEncoding

// signed is a signed token, as Encrypt wants one: nobody looks at the signature here.
var signed = join(b64.EncodeToString([]byte(`{"alg":"HS256"}`)), b64.EncodeToString([]byte(`{"sub":"ada"}`)), "AAAA")

// rsaKey is made once: it takes a while.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func ecKey(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// secret is n bytes that differ from each other, and by seed from those of others.
func secret(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = seed + byte(i)
	}
	return b
}

// material is a private key or secret for an algorithm and, for dir, its contents.
func material(tb testing.TB, alg, enc string) any {
	tb.Helper()
	switch {
	case alg == "RSA-OAEP-256":
		return rsaKey()
	case strings.HasPrefix(alg, "ECDH-ES"):
		return ecKey(tb, elliptic.P256())
	case strings.HasPrefix(alg, "PBES2-"):
		return []byte("correct horse battery staple")
	case alg == "dir":
		return secret(map[string]int{"A128GCM": 16, "A256GCM": 32, "A128CBC-HS256": 32, "A256CBC-HS512": 64}[enc], 1)
	}
	return secret(map[string]int{"A128KW": 16, "A256KW": 32}[alg], 1)
}

func newKey(tb testing.TB, id, alg string, material any) *jwe.Key {
	tb.Helper()
	k, err := jwe.NewKey(id, alg, material)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func encrypt(tb testing.TB, k *jwe.Key, enc string) string {
	tb.Helper()
	made, err := jwe.Encrypt(signed, k, enc)
	if err != nil {
		tb.Fatalf("%v: %v", k, err)
	}
	return made.Token
}

// direct is a key for dir with A256GCM, and seal makes genuine tokens for it with any header and plaintext.
func direct(tb testing.TB) *jwe.Key { tb.Helper(); return newKey(tb, "", "dir", secret(32, 1)) }

func seal(tb testing.TB, header string, plaintext []byte) string {
	tb.Helper()
	block, err := aes.NewCipher(secret(32, 1))
	if err != nil {
		tb.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		tb.Fatal(err)
	}
	protected, iv := b64.EncodeToString([]byte(header)), secret(12, 9)
	sealed := aead.Seal(nil, iv, plaintext, []byte(protected))
	at := len(sealed) - aead.Overhead()
	return join(protected, "", b64.EncodeToString(iv), b64.EncodeToString(sealed[:at]), b64.EncodeToString(sealed[at:]))
}

// read makes keys of a file as the commands do.
func read(data []byte, alg string) ([]*jwe.Key, error) {
	keys, err := keyring.Read(data, func(u token.UncheckedKey) (*jwe.Key, error) { return jwe.Check(u, alg) })
	if err != nil {
		return nil, err
	}
	return keys, jwe.Distinct(keys)
}

func join(parts ...string) string { return strings.Join(parts, ".") }
