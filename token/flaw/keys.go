package flaw

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"

	"github.com/go-jose/go-jose/v4"

	"jotkit/token"
)

// keyKinds are signed by a key that nobody trusts, and have the verifier look for it where the token says (RFC 8725
// section 3.10).
func keyKinds() []kind {
	return []kind{
		{Kind{"unknown-kid", "kid is that of no key, and another key has signed", token.BadSignature}, strange("kid", quoted("unknown"))},
		{Kind{"kid-path", "kid is a path to an empty file", token.BadSignature}, func(f *forgery) (string, error) {
			f.param("kid", quoted("../../../../../../dev/null"))
			if f.key.Symmetric() {
				return f.signedBy(secret(f.key.Algorithm(), []byte{}))
			}
			return f.signedBy(f.foreign)
		}},
		{Kind{"kid-sql", "kid is SQL that brings the key along", token.BadSignature}, func(f *forgery) (string, error) {
			if f.key.Symmetric() {
				f.param("kid", quoted("x' UNION SELECT 'known' -- "))
				return f.signedBy(secret(f.key.Algorithm(), []byte("known")))
			}
			k, err := f.stranger()
			if err != nil {
				return "", err
			}
			public, err := publicPEM(k)
			if err != nil {
				return "", err
			}
			f.param("kid", quoted("x' UNION SELECT '"+string(public)+"' -- "))
			return f.signedBy(f.foreign)
		}},
		{Kind{"kid-url", "kid is a URL of another key", token.BadSignature}, strange("kid", quoted(stray+"/key.pem"))},
		{Kind{"jku", "jku is a URL of other keys", token.BadSignature}, strange("jku", quoted(stray+"/jwks.json"))},
		{Kind{"x5u", "x5u is a URL of another certificate", token.BadSignature}, strange("x5u", quoted(stray+"/cert.pem"))},
		{Kind{"embedded-jwk", "jwk is the key that signed, and nobody trusts it", token.BadSignature}, func(f *forgery) (string, error) {
			k, err := f.stranger()
			if err != nil {
				return "", err
			}
			jwk, err := publicJWK(k)
			if err != nil {
				return "", err
			}
			return strange("jwk", string(jwk))(f)
		}},
		{Kind{"embedded-x5c", "x5c is a certificate that nobody trusts", token.BadSignature}, func(f *forgery) (string, error) {
			if f.key.Symmetric() {
				return "", impossible("a secret has no certificate")
			}
			k, err := f.stranger()
			if err != nil {
				return "", err
			}
			der, err := certificate(k)
			if err != nil {
				return "", err
			}
			return strange("x5c", "["+quoted(base64.StdEncoding.EncodeToString(der))+"]")(f)
		}},
		{Kind{"other-key", "another key has signed, under the kid of the right one", token.BadSignature}, func(f *forgery) (string, error) {
			return f.signedBy(f.foreign)
		}},
	}
}

// strange is a token by the key that nobody trusts, whose header has this parameter.
func strange(name, value string) maker {
	return func(f *forgery) (string, error) {
		f.param(name, value)
		return f.signedBy(f.foreign)
	}
}

// publicJWK is the public half of a key as a JWK, or the whole of a secret.
func publicJWK(k *token.Key) ([]byte, error) {
	return jose.JSONWebKey{Key: k.Public().Material()}.MarshalJSON()
}

// publicPEM is the public half of a key as people keep it in files.
func publicPEM(k *token.Key) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.Public().Material())
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

// certificate is one that a key has signed for itself.
func certificate(k *token.Key) ([]byte, error) {
	own := k.Material().(crypto.Signer) // it was made with its private half
	return x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)},
		&x509.Certificate{}, own.Public(), own)
}
