package token_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
	"slices"
	"testing"

	"jotkit/token"
)

// digestInfo of SHA-256 up to the digest (RFC 8017 section 9.2 note 1).
var digestInfo = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

// TestPKCS1Padding makes signatures with the real private key over encoded messages that differ from the one right form.
// Verifiers that parse the padding rather than compare it can be forged (Bleichenbacher 2006, BERserk).
func TestPKCS1Padding(t *testing.T) {
	k := keyFor(t, "RS256")
	v := verifier(t, k.Public())
	private := k.Material().(*rsa.PrivateKey)
	signed := input(head(k), good)
	sum := sha256.Sum256([]byte(signed))
	info := append(slices.Clone(digestInfo), sum[:]...)
	accepted(t, v, join(signed, power(private, padding(info, 256)))) // so what follows fails for its padding

	noNull := append([]byte{0x30, 0x2f, 0x30, 0x0b}, digestInfo[4:15]...)
	noNull = append(append(noNull, 0x04, 0x20), sum[:]...)
	sha1Sum, sha512Sum := sha1.Sum([]byte(signed)), sha512.Sum512([]byte(signed))
	sha1Info := append([]byte{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}, sha1Sum[:]...)
	sha512Info := slices.Clone(digestInfo)
	sha512Info[1], sha512Info[14], sha512Info[18] = 0x51, 0x03, 0x40
	altered := slices.Clone(info)
	altered[14]++
	garbage := func(fill int) []byte {
		em := padding(info, 256-fill)
		return append(em, bytes.Repeat([]byte{0xff}, fill)...)
	}
	other := func(change func(em []byte)) []byte {
		em := padding(info, 256)
		change(em)
		return em
	}
	for name, em := range map[string][]byte{
		"NULL omitted":             padding(noNull, 256),
		"SHA-1":                    padding(sha1Info, 256),
		"SHA-512 under RS256":      padding(append(sha512Info, sha512Sum[:]...), 256),
		"other hash id":            padding(altered, 256),
		"digest without info":      padding(sum[:], 256),
		"trailing bytes":           garbage(8),
		"one byte of padding":      garbage(256 - 4 - len(info)),
		"trailing bytes in info":   padding(append(slices.Clone(info), 0), 256),
		"block type 2":             other(func(em []byte) { em[1] = 2 }),
		"block type 0":             other(func(em []byte) { em[1] = 0 }),
		"first byte 0":             other(func(em []byte) { em[2] = 0 }),
		"padding of other bytes":   other(func(em []byte) { em[100] = 0xfe }),
		"no zero after padding":    other(func(em []byte) { em[255-len(info)] = 0xff }),
		"digest of something else": other(func(em []byte) { em[255] ^= 1 }),
		"long form of length":      padding(append([]byte{0x30, 0x81}, info[1:]...), 256),
	} {
		t.Run(name, func(t *testing.T) { refused(t, v, join(signed, power(private, em)), token.BadSignature, false) })
	}
}

// TestRSASignatureNumbers: a signature is as long as the modulus and smaller.
func TestRSASignatureNumbers(t *testing.T) {
	for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		k := keyFor(t, alg)
		v := verifier(t, k.Public())
		private := k.Material().(*rsa.PrivateKey)
		signed := input(head(k), good)
		signature := raw(t, alg, private, signed)
		accepted(t, v, join(signed, signature))
		number := new(big.Int).SetBytes(signature)
		for name, forged := range map[string][]byte{
			"empty":         {},
			"0":             make([]byte, 256),
			"1":             append(make([]byte, 255), 1),
			"modulus":       private.N.Bytes(),
			"short":         signature[:255],
			"zero in front": append([]byte{0}, signature...),
			"zero behind":   append(slices.Clone(signature), 0),
			"s + n":         number.Add(number, private.N).Bytes(),
			"n - s":         new(big.Int).Sub(private.N, new(big.Int).SetBytes(signature)).FillBytes(make([]byte, 256)),
			"another key":   raw(t, alg, otherRSA(t), signed),
		} {
			t.Run(alg+" "+name, func(t *testing.T) { refused(t, v, join(signed, forged), token.BadSignature, false) })
		}
	}
}

// TestPSSSalt: the salt is as long as the hash (RFC 7518 section 3.5), and no other length verifies.
func TestPSSSalt(t *testing.T) {
	for alg, hash := range map[string]crypto.Hash{"PS256": crypto.SHA256, "PS384": crypto.SHA384, "PS512": crypto.SHA512} {
		k := keyFor(t, alg)
		v := verifier(t, k.Public())
		signed := input(head(k), good)
		h := hash.New()
		h.Write([]byte(signed))
		most := 256 - hash.Size() - 2
		for _, salt := range []int{1, 20, hash.Size() - 1, hash.Size(), hash.Size() + 1, most} { // 0 means most in Go
			signature, err := rsa.SignPSS(rand.Reader, k.Material().(*rsa.PrivateKey), hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			if salt == hash.Size() {
				accepted(t, v, join(signed, signature))
				continue
			}
			refused(t, v, join(signed, signature), token.BadSignature, false)
		}
	}
}

// padding is EMSA-PKCS1-v1_5 of a DigestInfo to size bytes.
func padding(info []byte, size int) []byte {
	em := append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-3-len(info))...)
	return append(append(em, 0), info...)
}

// power is the bare RSA operation with the private key.
func power(k *rsa.PrivateKey, em []byte) []byte {
	return new(big.Int).Exp(new(big.Int).SetBytes(em), k.D, k.N).FillBytes(make([]byte, 256))
}
