package token_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"

	"jotkit/token"
	"jotkit/token/versus"
)

// usual is the payload of a token as a login makes it.
const usual = `{"iss":"https://id.example","sub":"ada","aud":"api","client_id":"jotkit","iat":1700000000,"exp":1700000900,` +
	`"jti":"5Q3ZR2H7KJ4XW6BTMLYVCDNE8A","scope":"profile admin","roles":["admin","user"]}`

// atBench is what the tokens of the benchmarks must be.
var atBench = token.Expect{Issuers: []string{"https://id.example"}, Audiences: []string{"api"}, Types: []string{token.AccessToken}}

// BenchmarkVerify sets the whole verification beside the bare signature check of the standard library, and beside other
// libraries with as many of the same checks as they have.
func BenchmarkVerify(b *testing.B) {
	most := map[string]float64{"HS256": 6, "ES256": 1.05, "EdDSA": 1.05, "RS256": 1.10}
	for _, alg := range []string{"HS256", "ES256", "EdDSA", "RS256"} {
		b.Run(alg, func(b *testing.B) {
			k := keyFor(b, alg)
			raw := sign(b, k, head(k), usual)
			v := verifier(b, k.Public())
			v.Expect = atBench
			race := versus.Race{Work: "verify " + alg, Ours: verifying(b, v, raw), Against: []versus.Rival{
				{Runner: bareRunner(b, k, raw), AtMost: most[alg]},
				{Runner: golangJWT(b, k, raw)}, {Runner: goJose(b, k, raw)}, {Runner: jwx(b, k, raw)},
			}}
			if alg == "HS256" {
				race.Against[1].AtMost, race.Against[2].AtMost, race.Against[3].AtMost = 1.0/5, 1.0/8, 1.0/12
			}
			race.Run(b)
			if alg == "HS256" {
				allocations := testing.AllocsPerRun(100, func() { race.Ours.Do(1) })
				versus.Figure(b, race.Work, []float64{allocations}, "allocations", 4)
			}
		})
	}
}

func verifying(b *testing.B, v *token.Verifier, raw string) versus.Runner {
	return versus.Runner{Name: "jotkit", Do: func(n int) {
		for range n {
			if _, err := v.Verify(b.Context(), raw); err != nil {
				b.Fatal(err)
			}
		}
	}}
}

func golangJWT(b *testing.B, k *token.Key, raw string) versus.Runner {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{k.Algorithm()}), jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithIssuer("https://id.example"),
		jwt.WithAudience("api"), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(),
	)
	material := public(k.Material())
	return versus.Runner{Name: "golang-jwt", Do: func(n int) {
		for range n {
			if _, err := parser.Parse(raw, func(*jwt.Token) (any, error) { return material, nil }); err != nil {
				b.Fatal(err)
			}
		}
	}}
}

func goJose(b *testing.B, k *token.Key, raw string) versus.Runner {
	algorithms, material := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(k.Algorithm())}, public(k.Material())
	want := josejwt.Expected{Issuer: "https://id.example", AnyAudience: josejwt.Audience{"api"}, Time: now}
	return versus.Runner{Name: "go-jose", Do: func(n int) {
		for range n {
			parsed, err := josejwt.ParseSigned(raw, algorithms)
			if err != nil {
				b.Fatal(err)
			}
			var claims josejwt.Claims
			if err := parsed.Claims(material, &claims); err != nil {
				b.Fatal(err)
			}
			if err := claims.ValidateWithLeeway(want, 0); err != nil {
				b.Fatal(err)
			}
		}
	}}
}

func jwx(b *testing.B, k *token.Key, raw string) versus.Runner {
	alg, _ := jwa.LookupSignatureAlgorithm(k.Algorithm())
	options := []jwxjwt.ParseOption{
		jwxjwt.WithKey(alg, public(k.Material())), jwxjwt.WithClock(jwxjwt.ClockFunc(func() time.Time { return now })),
		jwxjwt.WithIssuer("https://id.example"), jwxjwt.WithAudience("api"), jwxjwt.WithRequiredClaim("exp"),
	}
	return versus.Runner{Name: "jwx", Do: func(n int) {
		for range n {
			if _, err := jwxjwt.ParseString(raw, options...); err != nil {
				b.Fatal(err)
			}
		}
	}}
}

// bareRunner checks a signature over bytes at hand, and nothing else.
func bareRunner(b *testing.B, k *token.Key, raw string) versus.Runner {
	last := strings.LastIndexByte(raw, '.')
	signed, signature := []byte(raw[:last]), decoded(b, raw[last+1:])
	good := bare(public(k.Material()), signed, signature)
	return versus.Runner{Name: "the signature alone", Do: func(n int) {
		for range n {
			if !good() {
				b.Fatal("the signature is wrong")
			}
		}
	}}
}

// bare returns a check of one signature by the standard library, with all that can be made before made before.
func bare(material any, signed, signature []byte) func() bool {
	switch k := material.(type) {
	case []byte:
		mac, sum := hmac.New(sha256.New, k), make([]byte, 0, sha256.Size)
		return func() bool {
			mac.Reset()
			mac.Write(signed)
			return hmac.Equal(mac.Sum(sum), signature)
		}
	case *ecdsa.PublicKey:
		return func() bool {
			sum := sha256.Sum256(signed)
			r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
			return ecdsa.Verify(k, sum[:], r, s)
		}
	case *rsa.PublicKey:
		return func() bool {
			sum := sha256.Sum256(signed)
			return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], signature) == nil
		}
	default:
		return func() bool { return ed25519.Verify(k.(ed25519.PublicKey), signed, signature) }
	}
}

// BenchmarkSize is what verifying costs by how long the token is.
func BenchmarkSize(b *testing.B) {
	k := keyFor(b, "HS256")
	var sizes []versus.Size
	for _, bytes := range []int{256, 1 << 10, 4 << 10, 16 << 10} {
		raw := sized(b, k, bytes)
		sizes = append(sizes, versus.Size{N: float64(len(raw)), Runner: verifying(b, verifier(b, k), raw)})
	}
	versus.Growth{Chart: "bytes of a token", Work: "verify HS256", Sizes: sizes}.Run(b)
}

// sized is a token of about so many bytes, with claims of some forty bytes each.
func sized(b *testing.B, k *token.Key, length int) string {
	payload := bytes.TrimSuffix([]byte(good), []byte("}"))
	for i := 0; len(input(head(k), string(payload)))+100 < length; i++ {
		payload = fmt.Appendf(payload, `,"claim%d":"%032d"`, i, i)
	}
	return sign(b, k, head(k), string(payload)+"}")
}

// BenchmarkKeys is what verifying costs by how many keys there are.
func BenchmarkKeys(b *testing.B) {
	var sizes []versus.Size
	for _, n := range []int{1, 10, 100, 1000} {
		keys := make([]*token.Key, n)
		for i := range keys {
			keys[i] = newKey(b, fmt.Sprint("key-", i), "HS256", secret(32))
		}
		raw := sign(b, keys[n-1], fmt.Sprintf(`{"alg":"HS256","kid":"key-%d"}`, n-1), good)
		sizes = append(sizes, versus.Size{N: float64(n), Runner: verifying(b, verifier(b, keys...), raw)})
	}
	versus.Growth{Chart: "keys", Work: "verify HS256", Sizes: sizes, AtMost: 1.5}.Run(b)
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
				if _, err := v.Verify(context.Background(), raw); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
