package token_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"testing"

	"jotkit/token"
)

// TestNone: "none" is refused in any spelling before a key is asked for, and outranks everything but a header that cannot
// be read.
func TestNone(t *testing.T) {
	k := keyFor(t, "ES256")
	v := verifier(t, k)
	past := `{"sub":"root","exp":1}`
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "nonE"} {
		for _, c := range []struct {
			name, header, payload string
			signature             []byte
		}{
			{"unsigned", `{"alg":"%s"}`, good, nil},
			{"with typ and kid", `{"alg":"%s","typ":"at+jwt","kid":"k"}`, good, nil},
			{"with an unknown kid", `{"alg":"%s","kid":"x"}`, good, nil},
			{"with crit", `{"alg":"%s","crit":["x"]}`, good, nil},
			{"with some signature", `{"alg":"%s"}`, good, bytes.Repeat([]byte{1}, 64)},
			{"expired", `{"alg":"%s"}`, past, nil},
			{"no JSON inside", `{"alg":"%s"}`, "\xff", nil},
		} {
			t.Run(alg+" "+c.name, func(t *testing.T) {
				refused(t, v, join(input(fmt.Sprintf(c.header, alg), c.payload), c.signature), token.AlgorithmRefused, false)
				refused(t, &token.Verifier{}, join(input(fmt.Sprintf(c.header, alg), c.payload), c.signature), token.AlgorithmRefused, false)
			})
		}
		signed := input(`{"alg":"`+alg+`"}`, good)
		refused(t, v, join(signed, raw(t, "ES256", k.Material(), signed)), token.AlgorithmRefused, false)
	}
	for _, c := range []struct {
		name, header string
		want         token.Reason
	}{
		{"twice", `{"alg":"none","alg":"ES256"}`, token.Malformed},
		{"twice, the other way", `{"alg":"ES256","alg":"none"}`, token.Malformed},
		{"by an escape", `{"alg":"n\u006fne"}`, token.AlgorithmRefused},
		{"with a space", `{"alg":"none "}`, token.AlgorithmRefused},
		{"with a space, unknown kid", `{"alg":" none","kid":"x"}`, token.BadSignature},
		{"empty", `{"alg":""}`, token.Malformed},
		{"null", `{"alg":null}`, token.Malformed},
		{"number", `{"alg":0}`, token.Malformed},
		{"list", `{"alg":["none"]}`, token.Malformed},
		{"absent", `{"typ":"JWT"}`, token.Malformed},
		{"under another name", `{"ALG":"none"}`, token.Malformed},
		{"lower case of a real one", `{"alg":"es256"}`, token.AlgorithmRefused},
		{"real one with a space", `{"alg":"ES256 "}`, token.AlgorithmRefused},
		{"real one with NUL", `{"alg":"ES256\u0000"}`, token.AlgorithmRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, v, join(input(c.header, good), nil), c.want, false)
			refused(t, v, sign(t, k, c.header, good), c.want, false)
		})
	}
}

// TestPublicKeyAsSecret forges HS256 tokens with every form in which a public key lies about.
func TestPublicKeyAsSecret(t *testing.T) {
	k := keyFor(t, "RS256")
	v := verifier(t, k.Public())
	public := k.Public().Material().(*rsa.PublicKey)
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(public)
	jwk, err := json.Marshal(map[string]string{"e": "AQAB", "kty": "RSA", "n": b64.EncodeToString(public.N.Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	asPEM := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for name, stolen := range map[string][]byte{
		"SPKI PEM":          asPEM("PUBLIC KEY", spki),
		"SPKI PEM, trimmed": bytes.TrimSpace(asPEM("PUBLIC KEY", spki)),
		"PKCS #1 PEM":       asPEM("RSA PUBLIC KEY", pkcs1),
		"SPKI DER":          spki,
		"PKCS #1 DER":       pkcs1,
		"JWK":               jwk,
		"modulus":           public.N.Bytes(),
		"nothing":           {},
	} {
		for _, alg := range []string{"HS256", "HS384", "HS512"} {
			t.Run(name+" "+alg, func(t *testing.T) {
				signed := input(`{"alg":"`+alg+`","kid":"k"}`, good)
				refused(t, v, join(signed, raw(t, alg, stolen, signed)), token.AlgorithmRefused, false)
				signed = input(head(k), good)
				refused(t, v, join(signed, raw(t, alg, stolen, signed)), token.BadSignature, false)
			})
		}
		if _, err := token.NewKey("k", "RS256", stolen); !errors.Is(err, token.ErrKeyMismatch) {
			t.Errorf("%s as an RS256 key: %v, want ErrKeyMismatch", name, err)
		}
	}
	if _, err := token.NewKey("k", "HS256", public); !errors.Is(err, token.ErrKeyMismatch) {
		t.Errorf("a public key as a secret: %v, want ErrKeyMismatch", err)
	}
}

// TestOneAlgorithmPerKey signs, for each key, a token of every other algorithm: with the same material where that can be
// done, so that the signature is a good one, and otherwise under the name alone.
func TestOneAlgorithmPerKey(t *testing.T) {
	for _, own := range token.Algorithms() {
		k := keyFor(t, own)
		v := verifier(t, k)
		for _, other := range token.Algorithms() {
			if other == own {
				continue
			}
			t.Run(own+" key, "+other+" token", func(t *testing.T) {
				signed := input(`{"alg":"`+other+`","kid":"k"}`, good)
				if _, err := token.NewKey("k", other, k.Material()); err == nil {
					refused(t, v, join(signed, raw(t, other, k.Material(), signed)), token.AlgorithmRefused, false)
					if own+other == "EdDSAEd25519" || own+other == "Ed25519EdDSA" {
						return // one signature under two names
					}
					signed = input(head(k), good)
					refused(t, v, join(signed, raw(t, other, k.Material(), signed)), token.BadSignature, false)
					return
				}
				refused(t, v, join(signed, raw(t, own, k.Material(), signed)), token.AlgorithmRefused, false)
			})
		}
	}
}
