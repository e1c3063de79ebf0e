package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"jotkit/token"
)

// BenchmarkVerify sets the whole verification beside golang-jwt's and the bare signature check of the standard library,
// in one run, so that the three can be compared on any machine.
func BenchmarkVerify(b *testing.B) {
	for _, alg := range []string{"HS256", "ES256", "EdDSA", "RS256"} {
		k := keyFor(b, alg)
		raw := sign(b, k, head(k), full)
		v := verifier(b, k.Public())
		v.Expect = token.Expect{Issuers: []string{"https://id.example"}, Audiences: []string{"api"}, Types: []string{token.AccessToken}}
		b.Run(alg+"/jotkit", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), raw); err != nil {
					b.Fatal(err)
				}
			}
		})
		parser := jwt.NewParser(
			jwt.WithValidMethods([]string{alg}), jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithIssuer("https://id.example"),
			jwt.WithAudience("api"), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(),
		)
		material := public(k.Material())
		b.Run(alg+"/golang-jwt", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parser.Parse(raw, func(*jwt.Token) (any, error) { return material, nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
		last := strings.LastIndexByte(raw, '.')
		signed, signature := []byte(raw[:last]), decoded(b, raw[last+1:])
		b.Run(alg+"/signature", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !bare(material, signed, signature) {
					b.Fatal("the signature is wrong")
				}
			}
		})
	}
}

// BenchmarkRefuse is what a stranger's nonsense costs.
func BenchmarkRefuse(b *testing.B) {
	k := keyFor(b, "ES256")
	v := verifier(b, k.Public())
	for name, raw := range map[string]string{
		"8MB-of-dots":   strings.Repeat(".", 8<<20),
		"16KiB-nested":  join(input(`{"alg":"ES256","x":`+nested(6000)+`}`, ""), nil),
		"unknown-kid":   sign(b, k, `{"alg":"ES256","kid":"x"}`, good),
		"bad-signature": join(input(head(k), good), make([]byte, 64)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), raw); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

// bare checks a signature over signed and nothing else.
func bare(material any, signed, signature []byte) bool {
	sum := sha256.Sum256(signed)
	switch k := material.(type) {
	case []byte:
		mac := hmac.New(sha256.New, k)
		mac.Write(signed)
		return hmac.Equal(mac.Sum(nil), signature)
	case *ecdsa.PublicKey:
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(k, sum[:], r, s)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(k, signed, signature)
	}
	return false
}
