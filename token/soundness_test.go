//lint:file-ignore SA1019 these tests make keys that no sound code would

package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
	"testing"

	"jotkit/token"
)

// rocaModulus is of two primes made as CVE-2017-15361 makes them: k·M + (65537^a mod M), M the product of the first 126
// primes. It was made for this test, and its factors were thrown away.
const rocaModulus = "" +
	"t7tiqPWlQ93Fc63haC1BmC3kvo8I3H2AshHvqp_7xEOLtqrJDo3cKCFoR5rstnza6igYdVWXIGtSwn_DAtIEHwkw3eDR347KhjCiEN3b9ZwwvtFVfx" +
	"CVwrR8-D96TUqAI12uqz-6uP5vSP0_N7oQTHDa4QYvFUe6-8EsbGrXharniyKchAuNndsFByJ_m69ybaWvWkmFVENuuww60isVQKOokDi-kc7RF8l7" +
	"voB3_JEdkzKDQshjIOFk8VzuLhVmJDdFk7-wkPVc2cqQ_1LlZh8po54I2WsGIjWeC4cHrib6zugJy9C66WpOyFX0ginkpwB5xCMz1pWhwJziNM6AUQ"

// signerOnly hides what kind of private key it is, as one in a piece of hardware does.
type signerOnly struct{ crypto.Signer }

// TestUnsoundKeys: keys that must not exist cannot be made (RFC 8725 sections 3.1, 3.4 and 3.5).
func TestUnsoundKeys(t *testing.T) {
	private := materialFor(t, "RS256").(*rsa.PrivateKey)
	n := private.N
	odd := func(bits int) *big.Int { // of no secret factors, but no check looks for any
		x := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
		return x.Add(x, big.NewInt(12345))
	}
	mixed := &rsa.PrivateKey{PublicKey: otherRSA(t).PublicKey, D: private.D, Primes: private.Primes}
	e := func(e int) *rsa.PublicKey { return &rsa.PublicKey{N: n, E: e} }
	p256 := materialFor(t, "ES256").(*ecdsa.PrivateKey)
	point := p256.PublicKey
	on := func(x, y *big.Int) *ecdsa.PublicKey { return &ecdsa.PublicKey{Curve: elliptic.P256(), X: x, Y: y} }
	larger := new(big.Int).Add(point.X, elliptic.P256().Params().P)
	otherEC := generated(t, "ES256").(*ecdsa.PrivateKey)
	ed := materialFor(t, "EdDSA").(ed25519.PrivateKey)
	for _, c := range []struct {
		name, alg string
		material  any
		want      error
	}{
		{"unknown algorithm", "HS1", secret(64), token.ErrUnknownAlgorithm},
		{"none", "none", secret(64), token.ErrUnknownAlgorithm},
		{"none of anything", "none", nil, token.ErrUnknownAlgorithm},
		{"lower case", "es256", p256, token.ErrUnknownAlgorithm},
		{"encryption", "RSA-OAEP", private, token.ErrUnknownAlgorithm},
		{"no secret", "HS256", []byte(nil), token.ErrWeakKey},
		{"one byte", "HS256", secret(1), token.ErrWeakKey},
		{"HS256, 31 bytes", "HS256", secret(31), token.ErrWeakKey},
		{"HS384, 47 bytes", "HS384", secret(47), token.ErrWeakKey},
		{"HS512, 63 bytes", "HS512", secret(63), token.ErrWeakKey},
		{"RSA 1024", "RS256", &rsa.PublicKey{N: odd(1024), E: 65537}, token.ErrWeakKey},
		{"RSA 2047", "PS256", &rsa.PublicKey{N: odd(2047), E: 65537}, token.ErrWeakKey},
		{"RSA 8193", "RS512", &rsa.PublicKey{N: odd(8193), E: 65537}, token.ErrWeakKey},
		{"RSA 16384", "RS256", &rsa.PublicKey{N: odd(16384), E: 65537}, token.ErrWeakKey},
		{"e = 1", "RS256", e(1), token.ErrWeakKey},
		{"e = 3", "RS256", e(3), token.ErrWeakKey},
		{"e = 17", "RS256", e(17), token.ErrWeakKey},
		{"e = 65535", "RS256", e(65535), token.ErrWeakKey},
		{"e even", "RS256", e(65538), token.ErrWeakKey},
		{"e = 0", "RS256", e(0), token.ErrWeakKey},
		{"e negative", "RS256", e(-65537), token.ErrWeakKey},
		{"ROCA", "RS256", &rsa.PublicKey{N: new(big.Int).SetBytes(decoded(t, rocaModulus)), E: 65537}, token.ErrWeakKey},
		{"even modulus", "RS256", &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537}, token.ErrKeyMismatch},
		{"modulus 0", "RS256", &rsa.PublicKey{N: new(big.Int), E: 65537}, token.ErrKeyMismatch},
		{"modulus negative", "RS256", &rsa.PublicKey{N: new(big.Int).Neg(n), E: 65537}, token.ErrKeyMismatch},
		{"no modulus", "RS256", &rsa.PublicKey{E: 65537}, token.ErrKeyMismatch},
		{"RSA halves of two keys", "RS256", mixed, token.ErrKeyMismatch},
		{"P-256 for ES384", "ES384", p256, token.ErrKeyMismatch},
		{"P-256 for ES512", "ES512", &point, token.ErrKeyMismatch},
		{"P-521 for ES256", "ES256", materialFor(t, "ES512"), token.ErrKeyMismatch},
		{"P-224", "ES256", p224(t), token.ErrKeyMismatch},
		{"no curve", "ES256", &ecdsa.PublicKey{X: big.NewInt(1), Y: big.NewInt(1)}, token.ErrKeyMismatch},
		{"point off the curve", "ES256", on(point.X, new(big.Int).Add(point.Y, big.NewInt(1))), token.ErrKeyMismatch},
		{"point at infinity", "ES256", on(new(big.Int), new(big.Int)), token.ErrKeyMismatch},
		{"point out of range", "ES256", on(larger, point.Y), token.ErrKeyMismatch},
		{"EC halves of two keys", "ES256", &ecdsa.PrivateKey{PublicKey: otherEC.PublicKey, D: p256.D}, token.ErrKeyMismatch},
		{"Ed25519, no key", "EdDSA", ed25519.PrivateKey{}, token.ErrKeyMismatch},
		{"Ed25519, seed as private key", "EdDSA", ed[:32], token.ErrKeyMismatch},
		{"Ed25519, short public key", "EdDSA", ed25519.PublicKey(secret(31)), token.ErrKeyMismatch},
		{"Ed25519, long public key", "Ed25519", ed25519.PublicKey(secret(33)), token.ErrKeyMismatch},
		{"Ed25519 halves of two keys", "EdDSA", ed25519.PrivateKey(append(ed[:32:32], secret(32)...)), token.ErrKeyMismatch},
		{"Ed25519 for ES256", "ES256", ed, token.ErrKeyMismatch},
		{"RSA for EdDSA", "EdDSA", private, token.ErrKeyMismatch},
		{"RSA for ES256", "ES256", private, token.ErrKeyMismatch},
		{"EC for RS256", "RS256", p256, token.ErrKeyMismatch},
		{"RSA as a secret", "HS256", private, token.ErrKeyMismatch},
		{"secret for RS256", "RS256", secret(256), token.ErrKeyMismatch},
		{"text as a secret", "HS256", string(secret(64)), token.ErrKeyMismatch},
		{"unknown signer", "ES256", signerOnly{p256}, token.ErrKeyMismatch},
		{"nothing", "ES256", nil, token.ErrKeyMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			if k, err := token.NewKey("k", c.alg, c.material); k != nil || !errors.Is(err, c.want) {
				t.Errorf("got %v and %v, want %v", k, err, c.want)
			}
		})
	}
}

func p224(t *testing.T) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSoundKeys: the least and the greatest that is accepted, and both halves of each kind.
func TestSoundKeys(t *testing.T) {
	for alg, n := range map[string]int{"HS256": 32, "HS384": 48, "HS512": 64} {
		if k := newKey(t, "", alg, secret(n)); !k.Symmetric() || !k.CanSign() || k.Public() != k {
			t.Errorf("%v is not symmetric", k)
		}
	}
	largest := new(big.Int).Lsh(big.NewInt(1), 8191)
	newKey(t, "", "RS256", &rsa.PublicKey{N: largest.Add(largest, big.NewInt(12345)), E: 1<<31 - 1})
	for _, alg := range token.Algorithms() {
		k := keyFor(t, alg)
		if k.Algorithm() != alg || k.ID() != "k" || !k.CanSign() {
			t.Errorf("got %v, able to sign: %v", k, k.CanSign())
		}
		if other := k.WithID("other"); other.ID() != "other" || k.ID() != "k" || other.Algorithm() != alg {
			t.Errorf("got %v and %v", other, k)
		}
		if k.Symmetric() {
			continue
		}
		public := k.Public()
		if public.CanSign() || public.ID() != "k" || public.Algorithm() != alg || public.Public() != public {
			t.Errorf("the public half of %v is not one", k)
		}
		if _, err := (&token.Draft{ExpiresAt: now}).Sign(public); !errors.Is(err, token.ErrCannotSign) {
			t.Errorf("signing with a public key: %v", err)
		}
		accepted(t, verifier(t, public), sign(t, k, head(k), good))
		accepted(t, verifier(t, newKey(t, "k", alg, public.Material())), sign(t, k, head(k), good))
	}
}

// TestSecretIsCopied: whoever made a key cannot change it afterwards.
func TestSecretIsCopied(t *testing.T) {
	s := secret(32)
	k := newKey(t, "k", "HS256", s)
	raw := sign(t, k, head(k), good)
	clear(s)
	accepted(t, verifier(t, k), raw)
}

// TestZeroKey verifies and signs nothing.
func TestZeroKey(t *testing.T) {
	k := &token.Key{}
	if k.CanSign() || k.Symmetric() || k.Algorithm() != "" || k.Material() != nil || k.Public() != k {
		t.Errorf("got %v", k)
	}
	if _, err := (&token.Draft{ExpiresAt: now}).Sign(k); !errors.Is(err, token.ErrCannotSign) {
		t.Errorf("signing: %v", err)
	}
	for _, h := range []string{`{"alg":""}`, `{"alg":"ES256"}`} {
		if c, err := verifier(t, k).Verify(t.Context(), join(input(h, good), nil)); c != nil || err == nil {
			t.Errorf("verified %s with no key", h)
		}
	}
}
