package flaw

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"

	"jotkit/token"
)

// algorithmKinds have an algorithm that is not the key's (RFC 8725 section 3.1).
func algorithmKinds() []kind {
	return []kind{
		{Kind{"alg-none", "alg is none, and there is no signature", token.AlgorithmRefused}, none("none")},
		{Kind{"alg-none-title", "alg is None, and there is no signature", token.AlgorithmRefused}, none("None")},
		{Kind{"alg-none-upper", "alg is NONE, and there is no signature", token.AlgorithmRefused}, none("NONE")},
		{Kind{"alg-none-mixed", "alg is nOnE, and there is no signature", token.AlgorithmRefused}, none("nOnE")},
		{Kind{"hs-public-pem", "HS256 with the PEM of the public key as secret", token.AlgorithmRefused}, confused(publicPEM)},
		{Kind{"hs-public-pem-trimmed", "HS256 with the PEM of the public key, less its line end", token.AlgorithmRefused}, confused(func(k *token.Key) ([]byte, error) {
			text, err := publicPEM(k)
			return bytes.TrimSpace(text), err
		})},
		{Kind{"hs-public-der", "HS256 with the DER of the public key as secret", token.AlgorithmRefused}, confused(func(k *token.Key) ([]byte, error) {
			return x509.MarshalPKIXPublicKey(k.Public().Material())
		})},
		{Kind{"hs-public-jwk", "HS256 with the JWK of the public key as secret", token.AlgorithmRefused}, confused(publicJWK)},
		{Kind{"hs-empty-secret", "HS256 with an empty secret", token.AlgorithmRefused}, confused(func(*token.Key) ([]byte, error) {
			return []byte{}, nil
		})},
		{Kind{"other-alg", "the right key has signed, by an algorithm that is not its own", token.AlgorithmRefused}, otherAlgorithm},
	}
}

func none(spelling string) maker {
	return func(f *forgery) (string, error) {
		f.param("alg", quoted(spelling))
		return f.signedBy(nobody)
	}
}

// confused is a token by who has the public key alone, and hopes that it is taken for a secret (CVE-2015-9235).
func confused(form func(*token.Key) ([]byte, error)) maker {
	return func(f *forgery) (string, error) {
		if f.key.Symmetric() {
			return "", impossible("a secret has no public half")
		}
		bytes, err := form(f.key)
		if err != nil {
			return "", err
		}
		f.param("alg", `"HS256"`)
		return f.signedBy(secret("HS256", bytes))
	}
}

// others names for each algorithm another one that the same key can be used with. P-521 and Ed25519 keys have none.
var others = map[string]string{
	"HS256": "HS512", "HS384": "HS512", "HS512": "HS256",
	"RS256": "PS256", "RS384": "RS256", "RS512": "RS256", "PS256": "RS256", "PS384": "PS256", "PS512": "PS256",
	"ES256": "ES384", "ES384": "ES512",
}

func otherAlgorithm(f *forgery) (string, error) {
	alg, ok := others[f.key.Algorithm()]
	if !ok {
		return "", impossible("a key for %s has no other algorithm", f.key.Algorithm())
	}
	f.param("alg", quoted(alg))
	return f.signedBy(func(input string) ([]byte, error) {
		if k, ok := f.key.Material().(*ecdsa.PrivateKey); ok {
			return signWithCurveOf(k, alg, input)
		}
		return signWith(alg, f.key.Material(), input)
	})
}

// signWithCurveOf signs by the hash and in the length of an algorithm whose curve is another: golang-jwt verifies that.
func signWithCurveOf(k *ecdsa.PrivateKey, alg, input string) ([]byte, error) {
	size, hash := 48, crypto.SHA384
	if alg == "ES512" {
		size, hash = 66, crypto.SHA512
	}
	h := hash.New()
	h.Write([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, k, h.Sum(nil))
	if err != nil {
		return nil, err
	}
	out := make([]byte, 2*size)
	r.FillBytes(out[:size])
	s.FillBytes(out[size:])
	return out, nil
}
