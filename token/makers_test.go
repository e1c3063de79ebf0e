package token_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"jotkit/token"
)

// now is what every clock in these tests says.
var now = time.Unix(1_700_000_000, 0).UTC()

// good is a payload that verifies at now.
const good = `{"iss":"https://id.example","sub":"ada","aud":"api","exp":1700000900,"iat":1700000000,"jti":"1"}`

var b64 = base64.RawURLEncoding

const vectors = "../testdata/vectors/tokens"

// A vector is a file of testdata/vectors/tokens: a token that verifies, the key it verifies with, and where both come from.
type vector struct {
	Source, Alg, Token, Payload string
	JWK                         map[string]string
}

func readVector(tb testing.TB, name string) vector {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		tb.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(data, &v); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return v
}

// material is the key of the vector, with its private half where the file has one.
func (v vector) material(tb testing.TB) any {
	tb.Helper()
	octets := func(name string) []byte {
		b, err := b64.DecodeString(v.JWK[name])
		if err != nil {
			tb.Fatalf("%s: %q: %v", v.Source, name, err)
		}
		return b
	}
	number := func(name string) *big.Int { return new(big.Int).SetBytes(octets(name)) }
	switch d := octets("d"); v.JWK["kty"] {
	case "oct":
		return octets("k")
	case "RSA":
		public := rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}
		if len(d) == 0 {
			return &public
		}
		k := &rsa.PrivateKey{PublicKey: public, D: number("d"), Primes: []*big.Int{number("p"), number("q")}}
		k.Precompute()
		return k
	case "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-521": elliptic.P521()}[v.JWK["crv"]]
		if len(d) > 0 {
			return scalar(tb, curve, d)
		}
		k, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, octets("x")...), octets("y")...))
		if err != nil {
			tb.Fatal(err)
		}
		return k
	default:
		if len(d) > 0 {
			return ed25519.NewKeyFromSeed(d)
		}
		return ed25519.PublicKey(octets("x"))
	}
}

func scalar(tb testing.TB, curve elliptic.Curve, d []byte) *ecdsa.PrivateKey {
	tb.Helper()
	k, err := ecdsa.ParseRawPrivateKey(curve, d)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// secret is n bytes that differ from one another.
func secret(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// materialFor is the fixed private key, or secret, of an algorithm.
func materialFor(tb testing.TB, alg string) any {
	tb.Helper()
	switch alg {
	case "HS256", "HS384", "HS512":
		return readVector(tb, "rfc7515-a1.json").material(tb)
	case "ES256":
		return readVector(tb, "rfc7515-a3.json").material(tb)
	case "ES384":
		return scalar(tb, elliptic.P384(), bytes.Repeat([]byte{7}, 48))
	case "ES512":
		return readVector(tb, "rfc7515-a4.json").material(tb)
	case "EdDSA", "Ed25519":
		return readVector(tb, "rfc8037-a4.json").material(tb)
	default:
		return readVector(tb, "rfc7515-a2.json").material(tb)
	}
}

// keyFor is the fixed key of an algorithm, with the kid "k".
func keyFor(tb testing.TB, alg string) *token.Key {
	tb.Helper()
	return newKey(tb, "k", alg, materialFor(tb, alg))
}

// otherRSA is an RSA key that no verifier here trusts.
func otherRSA(tb testing.TB) *rsa.PrivateKey {
	tb.Helper()
	return readVector(tb, "rfc7520-4.1.json").material(tb).(*rsa.PrivateKey)
}

func newKey(tb testing.TB, id, alg string, material any) *token.Key {
	tb.Helper()
	k, err := token.NewKey(id, alg, material)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// verifier trusts these keys and asks for nothing else.
func verifier(tb testing.TB, keys ...*token.Key) *token.Verifier {
	tb.Helper()
	set, err := token.NewKeySet(keys...)
	if err != nil {
		tb.Fatal(err)
	}
	return &token.Verifier{Keys: set, Now: func() time.Time { return now }}
}

// head is the header that a key's own tokens have.
func head(k *token.Key) string { return `{"alg":"` + k.Algorithm() + `","typ":"at+jwt","kid":"k"}` }

// input is what is signed of a token.
func input(header, payload string) string {
	return b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
}

// join puts a signature after what it signs.
func join(signed string, signature []byte) string {
	return signed + "." + b64.EncodeToString(signature)
}

// raw signs text with an algorithm and its key, without any of the package under test.
func raw(tb testing.TB, alg string, material any, signed string) []byte {
	tb.Helper()
	if alg == "Ed25519" {
		alg = "EdDSA"
	}
	signature, err := jwt.GetSigningMethod(alg).Sign(signed, material)
	if err != nil {
		tb.Fatal(err)
	}
	return signature
}

// sign makes a token of any header and payload whatever, with a good signature by k.
func sign(tb testing.TB, k *token.Key, header, payload string) string {
	tb.Helper()
	signed := input(header, payload)
	return join(signed, raw(tb, k.Algorithm(), k.Material(), signed))
}

// accepted wants the token to verify.
func accepted(tb testing.TB, v *token.Verifier, token string) *token.Claims {
	tb.Helper()
	claims, err := v.Verify(tb.Context(), token)
	if err != nil || claims == nil {
		tb.Fatalf("got %v, want the token accepted", err)
	}
	return claims
}

// refused wants the token refused for one reason above all. Where its signature is not good, nothing of its payload may
// come out.
func refused(tb testing.TB, v *token.Verifier, raw string, want token.Reason, genuine bool) *token.Report {
	tb.Helper()
	report, err := v.Examine(tb.Context(), raw)
	if err != nil {
		tb.Fatalf("no verdict: %v", err)
	}
	if got := report.Reason(); got != want {
		tb.Fatalf("got %q (%v), want %q", got, report.Err(), want)
	}
	if claims, err := report.Claims(); claims != nil || !errors.Is(err, want) {
		tb.Errorf("got claims %v and error %v, want no claims and %v", claims, err, want)
	}
	if claims, err := v.Verify(tb.Context(), raw); claims != nil || !errors.Is(err, want) {
		tb.Errorf("Verify: got claims %v and error %v, want no claims and %v", claims, err, want)
	}
	if (report.Payload() != nil) != genuine {
		tb.Errorf("got the payload %q; it may be there only once the signature is good, and genuine is %v", report.Payload(), genuine)
	}
	return report
}

// generated is key material that no verifier trusts: fresh, but for RSA, whose keys take long to find.
func generated(tb testing.TB, alg string) any {
	tb.Helper()
	if alg[1:2] == "S" && (alg[0] == 'R' || alg[0] == 'P') {
		return otherRSA(tb)
	}
	k, err := token.GenerateKey(alg)
	if err != nil {
		tb.Fatal(err)
	}
	return k.Material()
}

// isReason tells whether an error is a refusal for this reason, among others.
func isReason(err error, reason token.Reason) bool {
	var refusal *token.Refusal
	return errors.As(err, &refusal) && errors.Is(err, reason)
}

// revocations answers in place of a store.
type revocations func(c *token.Claims) (by string, err error)

func (f revocations) Revoked(_ context.Context, c *token.Claims) (string, error) { return f(c) }
