package lint_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/token"
	"jotkit/token/lint"
)

const (
	cleanHeader = `{"alg":"ES256","typ":"at+jwt","kid":"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"}`
	cleanClaims = `"iss":"https://id.example","sub":"ada","aud":"api","exp":1700000900,"iat":1700000000,"jti":"4111111111111111"`
)

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// made is a token with more claims than the clean ones, signed by nobody.
func made(header, more string) string {
	return b64(header) + "." + b64("{"+cleanClaims+more+"}") + ".c2ln"
}

// places are the findings of a token, as rule and place.
func places(t *testing.T, raw string) []string {
	t.Helper()
	list, err := lint.Token(raw)
	if err != nil {
		t.Fatal(err)
	}
	return short(list)
}

func short(list []lint.Finding) []string {
	out := []string{}
	for _, f := range list {
		out = append(out, f.Rule+" "+f.Where)
	}
	return out
}

// TestHeaders: what a header is found to be.
func TestHeaders(t *testing.T) {
	for header, want := range map[string]string{
		cleanHeader:                                                           "",
		`{"alg":"NonE","typ":"JWT"}`:                                          "alg_none header.alg",
		`{"alg":"es256","typ":"JWT"}`:                                         "alg_unknown header.alg",
		`{"alg":"HS256","typ":"JWT"}`:                                         "alg_symmetric header.alg",
		`{"alg":"ES256"}`:                                                     "missing_typ header.typ",
		`{"alg":"ES256","typ":"","kid":"a"}`:                                  "missing_typ header.typ",
		`{"alg":"ES256","typ":"x","jwk":{}}`:                                  "key_in_header header.jwk",
		`{"alg":"ES256","typ":"x","email":"ada@example.com"}`:                 "mail_address header.email",
		`{"alg":"ES256","typ":"x","jwk":{"kty":"EC","d":"d"}}`:                "key_in_header header.jwk, secret_claim header.jwk",
		`{"alg":"ES256","typ":"x","a":{"t":"` + made(cleanHeader, "") + `"}}`: "nested_token header.a.t",
		`{"alg":"ES256","typ":"x","jku":""}`:                                  "key_in_header header.jku",
		`{"alg":"ES256","typ":"x","x5u":1}`:                                   "key_in_header header.x5u",
		`{"alg":"ES256","typ":"x","x5c":[]}`:                                  "key_in_header header.x5c",
		`{"alg":"ES256","typ":"x","kid":"k"}`:                                 "",
	} {
		if got := strings.Join(places(t, made(header, "")), ", "); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func TestKids(t *testing.T) {
	for _, kid := range []string{
		"../../dev/null", "/etc/keys/a", `C:\\keys\\a`, "./a", "keys/../a", "https://evil.example/k", "x' UNION SELECT 'k", "a; ls",
		`a\"b`, "a|b", "$(id)", "`id`", "<b>", "a\\u0000", "a\\nb", "key.pem", "private.JWK", strings.Repeat("a", 257), "x --",
	} {
		got := places(t, made(`{"alg":"ES256","typ":"JWT","kid":"`+kid+`"}`, ""))
		if !cmp.Equal(got, []string{"odd_kid header.kid"}) {
			t.Errorf("%s: %q", kid, got)
		}
	}
	for _, kid := range []string{
		"1", "2011-04-29", "a+b/c=", "/W5s2+x=", "a--b", "018c0ae5-4d9b-471b-bfd6-eef314bc7037", "arn:aws:kms:eu-west-1:1:key/2",
		"bilbo.baggins@hobbiton.example", "key one", "0", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "ключ", strings.Repeat("a", 256),
	} {
		if got := places(t, made(`{"alg":"ES256","typ":"JWT","kid":"`+kid+`"}`, "")); len(got) > 0 {
			t.Errorf("%s: %q", kid, got)
		}
	}
}

// TestRegistered: what is missing, and how the dates stand to each other.
func TestRegistered(t *testing.T) {
	for payload, want := range map[string][]string{
		`{}`: {
			"missing_claim claims.exp", "missing_claim claims.iat", "missing_claim claims.iss", "missing_claim claims.sub",
			"missing_claim claims.aud", "missing_claim claims.jti",
		},
		`{"iss":"i","sub":"s","aud":["a","b","a"],"jti":"j","iat":1700000000,"exp":1700086400}`: {"duplicate_audience claims.aud"},
		`{"iss":"i","sub":"s","aud":["a","b"],"jti":"j","iat":1700000000,"exp":1700086401}`:     {"long_life claims.exp"},
		`{"iss":"i","sub":"s","aud":"a","jti":"j","iat":1700000000000,"exp":1700000900000}`:     {"odd_date claims.exp", "odd_date claims.iat"},
		`{"iss":"i","sub":"s","aud":"a","jti":"j","iat":1700000900,"exp":1700000900}`:           {"odd_date claims.iat"},
	} {
		raw := b64(cleanHeader) + "." + b64(payload) + ".c2ln"
		if diff := cmp.Diff(want, places(t, raw)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", payload, diff)
		}
	}
	hs := b64(`{"alg":"HS256","typ":"JWT"}`) + "." + b64(`{"iss":"i","sub":"s","aud":["a","b"],"jti":"j","iat":1,"exp":2}`) + ".c2ln"
	if got := places(t, hs); !cmp.Equal(got, []string{"alg_symmetric header.alg"}) {
		t.Error(got)
	}
}

// TestSize: both limits, to the byte.
func TestSize(t *testing.T) {
	base := len(made(cleanHeader, `,"x":""`))
	for _, limit := range []struct {
		size int // of the token, at most
		rule string
	}{{4096 - len("access_token="), "cookie_size"}, {8192 - len("Authorization: Bearer "), "header_size"}} {
		for n := limit.size - base - 8; ; n++ {
			raw := made(cleanHeader, `,"x":"`+strings.Repeat("a", n*3/4)+`"`)
			found := strings.Contains(strings.Join(places(t, raw), ", "), limit.rule+" token")
			if found != (len(raw) > limit.size) {
				t.Errorf("%d bytes: %s %v", len(raw), limit.rule, found)
			}
			if len(raw) > limit.size+8 {
				break
			}
		}
	}
}

func signed(secret string) string {
	input := b64(`{"alg":"HS256","typ":"JWT"}`) + "." + b64(`{"iss":"i","sub":"s","aud":"a","jti":"j","iat":1,"exp":2}`)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// A token of a published secret says so; one of a secret by chance does not.
func TestGuessedSecret(t *testing.T) {
	rfc7515, _ := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	for _, secret := range []string{"", "secret", "changeme\n", "your-256-bit-secret", "hs256-secret", string(rfc7515), "a-string-secret-at-least-256-bits-long"} {
		if got := places(t, signed(secret)); !cmp.Equal(got, []string{"guessable_secret signature"}) {
			t.Errorf("%q: %q", secret, got)
		}
	}
	if got := places(t, signed("kX9#fQ2!vB7@zL5$mN8%cR4^tY1&wE6*")); len(got) > 0 {
		t.Error(got)
	}
}

// TestForeign: the examples of the RFCs are found to be what they are, and no more.
func TestForeign(t *testing.T) {
	for name, want := range map[string][]string{
		"rfc7515-a1.json": {
			"guessable_secret signature", "missing_claim claims.iat", "missing_claim claims.sub", "missing_claim claims.aud", "missing_claim claims.jti",
		},
		"rfc7515-a2.json": {
			"missing_typ header.typ", "missing_claim claims.iat", "missing_claim claims.sub", "missing_claim claims.aud", "missing_claim claims.jti",
		},
	} {
		data, err := os.ReadFile(filepath.Join("../../testdata/vectors/tokens", name))
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ Token string }
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, places(t, v.Token)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if _, err := lint.Token("a.b.c"); !errors.Is(err, token.Malformed) {
		t.Error(err)
	}
}

// FuzzToken: whatever a token says, findings name rules that there are, and repeat no long value.
func FuzzToken(f *testing.F) {
	f.Add(cleanHeader, "{"+cleanClaims+`,"email":"ada@example.com","a":[{"kty":"oct","k":""}],"n":-0}`)
	f.Add(`{"alg":"none"}`, `{"exp":9007199254740991,"iat":1e-9,"aud":[1,null],"DE":"DE","x":"\u0000"}`)
	f.Add(`{"alg":"HS512","kid":"\ud800"}`, `{"sub":"٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠","iban":"DE"}`)
	known := map[string]bool{}
	for _, r := range lint.Rules() {
		known[r.Name] = true
	}
	f.Fuzz(func(t *testing.T, header, payload string) {
		list, err := lint.Token(b64(header) + "." + b64(payload) + ".")
		if err != nil && list != nil {
			t.Fatal(list)
		}
		for _, found := range append(list, lint.JWKs([]byte(payload), false)...) {
			if !known[found.Rule] || found.Where == "" || found.Message == "" || len(found.Message) > 300 {
				t.Fatalf("%+v", found)
			}
		}
	})
}
