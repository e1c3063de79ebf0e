package token_test

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"

	"jotkit/token"
)

// TestECDSASignatures: r and s lie between 1 and n-1 and have exactly the size of the field each (RFC 7518 section 3.4).
// Zeros are CVE-2022-21449.
func TestECDSASignatures(t *testing.T) {
	for _, alg := range []string{"ES256", "ES384", "ES512"} {
		k := keyFor(t, alg)
		v := verifier(t, k)
		signed := input(head(k), good)
		signature := raw(t, alg, k.Material(), signed)
		curve := k.Material().(*ecdsa.PrivateKey).Curve.Params()
		size := (curve.BitSize + 7) / 8
		if len(signature) != 2*size {
			t.Fatalf("a signature of %d bytes", len(signature))
		}
		accepted(t, v, join(signed, signature))
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		pair := func(r, s *big.Int) []byte {
			return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
		}
		der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		if err != nil {
			t.Fatal(err)
		}
		forged := map[string][]byte{
			"DER":              der,
			"empty":            {},
			"one byte short":   signature[:2*size-1],
			"one byte long":    append(slices.Clone(signature), 0),
			"zero in front":    append([]byte{0}, signature...),
			"both a byte long": append(append([]byte{0}, signature[:size]...), append([]byte{0}, signature[size:]...)...),
			"r alone":          signature[:size],
			"twice":            append(slices.Clone(signature), signature...),
			"exchanged":        pair(s, r),
			"all ones":         pair(allOnes(size), allOnes(size)),
		}
		one := big.NewInt(1)
		edges := map[string]*big.Int{"0": new(big.Int), "1": one, "n-1": new(big.Int).Sub(curve.N, one), "n": curve.N}
		for a, x := range edges {
			forged["r = "+a] = pair(x, s)
			forged["s = "+a] = pair(r, x)
			for b, y := range edges {
				forged["r = "+a+", s = "+b] = pair(x, y)
			}
		}
		for name, signature := range forged {
			t.Run(alg+" "+name, func(t *testing.T) { refused(t, v, join(signed, signature), token.BadSignature, false) })
		}
		// ECDSA is malleable, and RFC 7518 asks for no canonical s: this is why tokens are never identified by their text.
		accepted(t, v, join(signed, pair(r, new(big.Int).Sub(curve.N, s))))
	}
}

func allOnes(size int) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), uint(8*size))
	return n.Sub(n, big.NewInt(1))
}

// TestEd25519Signatures: only the canonical s is taken (RFC 8032 section 5.1.7), so these tokens are not malleable.
func TestEd25519Signatures(t *testing.T) {
	k := keyFor(t, "EdDSA")
	v := verifier(t, k)
	signed := input(head(k), good)
	signature := raw(t, "EdDSA", k.Material(), signed)
	accepted(t, v, join(signed, signature))
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(signature[32:])
	slices.Reverse(s) // little endian
	larger := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(larger)
	for name, forged := range map[string][]byte{
		"s + order": append(slices.Clone(signature[:32]), larger...),
		"zeros":     make([]byte, 64),
		"empty":     {},
		"short":     signature[:63],
		"long":      append(slices.Clone(signature), 0),
		"exchanged": append(slices.Clone(signature[32:]), signature[:32]...),
	} {
		t.Run(name, func(t *testing.T) { refused(t, v, join(signed, forged), token.BadSignature, false) })
	}
}
