package token_test

import (
	"crypto"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"

	"jotkit/token"
)

// A peer is another implementation, which signs and verifies on its own.
type peer struct {
	name   string
	lacks  string // an algorithm that it does not have
	sign   func(tb testing.TB, alg string, material any) string
	verify func(raw, alg string, material any) error
}

// peerClaims is what a peer signs in its own words.
var peerClaims = map[string]any{
	"iss": "https://id.example", "sub": "ada", "aud": []string{"api"}, "exp": now.Unix() + 60, "iat": now.Unix(),
}

var peers = []peer{
	{"go-jose", "Ed25519", signByGoJose, verifyByGoJose},
	{"jwx", "", signByJWX, verifyByJWX},
}

func signByGoJose(tb testing.TB, alg string, material any) string {
	tb.Helper()
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: material}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := josejwt.Signed(signer).Claims(peerClaims).Serialize()
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func verifyByGoJose(raw, alg string, material any) error {
	parsed, err := josejwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return err
	}
	var claims josejwt.Claims
	if err := parsed.Claims(public(material), &claims); err != nil {
		return err
	}
	return claims.ValidateWithLeeway(josejwt.Expected{Time: now}, 0)
}

func signByJWX(tb testing.TB, alg string, material any) string {
	tb.Helper()
	t := jwxjwt.New()
	for name, value := range peerClaims {
		if err := t.Set(name, value); err != nil {
			tb.Fatal(err)
		}
	}
	a, _ := jwa.LookupSignatureAlgorithm(alg)
	raw, err := jwxjwt.Sign(t, jwxjwt.WithKey(a, material))
	if err != nil {
		tb.Fatal(err)
	}
	return string(raw)
}

// verifyByJWX allows a second, since jwx cuts fractions of a second off exp.
func verifyByJWX(raw, alg string, material any) error {
	a, _ := jwa.LookupSignatureAlgorithm(alg)
	clock := jwxjwt.ClockFunc(func() time.Time { return now })
	_, err := jwxjwt.Parse([]byte(raw), jwxjwt.WithKey(a, public(material)), jwxjwt.WithClock(clock), jwxjwt.WithAcceptableSkew(time.Second))
	return err
}

// public is what a peer verifies with.
func public(material any) any {
	if s, ok := material.(crypto.Signer); ok {
		return s.Public()
	}
	return material
}

// TestPeers: what they sign verifies here, what we sign verifies there, and neither takes a token of somebody else.
func TestPeers(t *testing.T) {
	for _, p := range peers {
		for _, alg := range token.Algorithms() {
			if alg == p.lacks {
				continue
			}
			t.Run(p.name+" "+alg, func(t *testing.T) {
				k := keyFor(t, alg)
				theirs := p.sign(t, alg, k.Material())
				claims := accepted(t, verifier(t, k.Public()), theirs)
				if claims.Subject != "ada" || len(claims.Audience) != 1 || claims.ExpiresAt.Unix() != now.Unix()+60 {
					t.Errorf("got %+v", claims)
				}
				draft := token.Draft{
					Issuer: "https://id.example", Subject: "ada", Audience: []string{"api", "web"}, IssuedAt: now, NotBefore: now,
					ExpiresAt: now.Add(time.Minute), ID: "1", Scopes: []string{"read"}, Roles: []string{"user"},
				}
				ours, err := draft.Sign(k)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.verify(ours, alg, k.Material()); err != nil {
					t.Errorf("%s does not take ours: %v", p.name, err)
				}
				other := generated(t, alg)
				if p.verify(ours, alg, other) == nil {
					t.Errorf("%s takes ours with any key, so that it takes ours shows nothing", p.name)
				}
				refused(t, verifier(t, newKey(t, "k", alg, other)), theirs, token.BadSignature, false)
				draft = token.Draft{ExpiresAt: now.Add(-time.Minute)}
				if ours, err = draft.Sign(k); err != nil || p.verify(ours, alg, k.Material()) == nil {
					t.Errorf("%s takes an expired token (%v)", p.name, err)
				}
			})
		}
	}
}
