package flaw

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"jotkit/token"
)

// signatureKinds have the right header and a signature that is not good.
func signatureKinds() []kind {
	return []kind{
		{Kind{"bad-signature", "one bit of the signature is changed", token.BadSignature}, func(f *forgery) (string, error) {
			return f.resigned(func(signature []byte) []byte {
				signature[len(signature)/2] ^= 1
				return signature
			})
		}},
		{Kind{"no-signature", "the signature is cut off, and alg stays", token.BadSignature}, func(f *forgery) (string, error) {
			return f.signedBy(nobody)
		}},
		{Kind{"changed-claims", "a claim was added after it was signed", token.BadSignature}, func(f *forgery) (string, error) {
			signature, err := f.own(input(object(f.header), object(f.payload)))
			if err != nil {
				return "", err
			}
			f.claim("flaw", quoted(strings.Join(f.texts("flaw"), "")+"added")) // something else, even where there is one
			return f.signedBy(func(string) ([]byte, error) { return signature, nil })
		}},
		{Kind{"zero-signature", "the signature is r = s = 0 (CVE-2022-21449)", token.BadSignature}, func(f *forgery) (string, error) {
			if !f.elliptic() {
				return "", impossible("%s is not ECDSA", f.key.Algorithm())
			}
			return f.resigned(func(signature []byte) []byte { return make([]byte, len(signature)) })
		}},
		{Kind{"der-signature", "the signature is DER, as elsewhere", token.BadSignature}, func(f *forgery) (string, error) {
			if !f.elliptic() {
				return "", impossible("%s is not ECDSA", f.key.Algorithm())
			}
			return f.resigned(der)
		}},
		{Kind{"pss-salt", "the salt is longer than the hash (RFC 7518 section 3.5)", token.BadSignature}, longSalt},
		{Kind{"empty-secret", "the secret is empty", token.BadSignature}, guessed("")},
		{Kind{"guessable-secret", "the secret is the word secret", token.BadSignature}, guessed("secret")},
	}
}

// resigned is a token whose good signature was turned into something else.
func (f *forgery) resigned(to func(signature []byte) []byte) (string, error) {
	return f.signedBy(func(input string) ([]byte, error) {
		signature, err := f.own(input)
		if err != nil {
			return nil, err
		}
		return to(signature), nil
	})
}

func (f *forgery) elliptic() bool {
	_, ok := f.key.Material().(*ecdsa.PrivateKey)
	return ok
}

// der writes r and s as X.509 has them, and not as RFC 7518 section 3.4 does.
func der(signature []byte) []byte {
	half := len(signature) / 2
	out, _ := asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:]),
	}) // two numbers always have a form
	return out
}

// longSalt signs with as long a salt as the key has room for. Who finds out the length from the signature accepts that.
func longSalt(f *forgery) (string, error) {
	method, ok := jwt.GetSigningMethod(f.key.Algorithm()).(*jwt.SigningMethodRSAPSS)
	if !ok {
		return "", impossible("%s has no salt", f.key.Algorithm())
	}
	return f.signedBy(func(input string) ([]byte, error) {
		h := method.Hash.New()
		h.Write([]byte(input))
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
		return rsa.SignPSS(rand.Reader, f.key.Material().(*rsa.PrivateKey), method.Hash, h.Sum(nil), options)
	})
}

// guessed is a token by who tries a secret.
func guessed(try string) maker {
	return func(f *forgery) (string, error) {
		if !f.key.Symmetric() {
			return "", impossible("the key is no secret")
		}
		return f.signedBy(secret(f.key.Algorithm(), []byte(try)))
	}
}
