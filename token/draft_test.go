package token_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/token"
)

func extra(pairs ...string) (members []token.Member) {
	for i := 0; i < len(pairs); i += 2 {
		members = append(members, token.Member{Name: pairs[i], Value: json.RawMessage(pairs[i+1])})
	}
	return members
}

// TestSignedShape: what is written is fixed, byte for byte, and what is empty is left out.
func TestSignedShape(t *testing.T) {
	k := keyFor(t, "ES256")
	for _, c := range []struct {
		name            string
		draft           token.Draft
		header, payload string
	}{
		{
			"least", token.Draft{ExpiresAt: now},
			`{"alg":"ES256","typ":"at+jwt","kid":"k"}`, `{"exp":1700000000}`,
		},
		{
			"everything", token.Draft{
				Type: "JWT", Issuer: "https://id.example", Subject: "ada", Audience: []string{"api", "web"}, ClientID: "c",
				IssuedAt: now, NotBefore: now.Add(time.Second), ExpiresAt: now.Add(time.Hour + 999*time.Millisecond), ID: "1", SessionID: "s",
				Scopes: []string{"read", "write"}, Roles: []string{"user"},
				Extra: extra("x", `{"b":1, "a":[null]}`, "y", `"é\u00e9"`), Headers: extra("cty", `"x"`, "z", `1.0`),
			},
			`{"alg":"ES256","typ":"JWT","kid":"k","cty":"x","z":1.0}`,
			`{"iss":"https://id.example","sub":"ada","aud":["api","web"],"client_id":"c","iat":1700000000,"nbf":1700000001,"exp":1700003600,` +
				`"jti":"1","sid":"s","scope":"read write","roles":["user"],"x":{"b":1, "a":[null]},"y":"é\u00e9"}`,
		},
		{
			"one audience is a string", token.Draft{ExpiresAt: now, Audience: []string{"api"}},
			`{"alg":"ES256","typ":"at+jwt","kid":"k"}`, `{"aud":"api","exp":1700000000}`,
		},
		{
			"an empty audience is still one", token.Draft{ExpiresAt: now, Audience: []string{""}},
			`{"alg":"ES256","typ":"at+jwt","kid":"k"}`, `{"aud":"","exp":1700000000}`,
		},
		{
			"odd text", token.Draft{ExpiresAt: now, Subject: "a\"\\\x00\x1b<\u2028\U0001f600"},
			`{"alg":"ES256","typ":"at+jwt","kid":"k"}`, `{"sub":"a\"\\\u0000\u001b<` + "\u2028\U0001f600" + `","exp":1700000000}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, err := c.draft.Sign(k)
			if err != nil {
				t.Fatal(err)
			}
			v := verifier(t, k)
			v.Expect.Leeway = token.MaxLeeway
			claims := accepted(t, v, raw)
			if d := cmp.Diff(c.header, string(claims.Header.JSON())); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.payload, string(claims.JSON())); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestSignedComesBack: what a draft says is what the verifier reads.
func TestSignedComesBack(t *testing.T) {
	k := keyFor(t, "EdDSA")
	want := token.Draft{
		Issuer: "https://id.example", Subject: "ada", Audience: []string{"api", "web"}, IssuedAt: now.Add(-time.Second), NotBefore: now,
		ExpiresAt: now.Add(time.Minute), ID: "1", SessionID: "s", Scopes: []string{"read", "a\u00a0b\tc"}, Roles: []string{"user", "x y"},
	}
	raw, err := want.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	c := accepted(t, verifier(t, k), raw)
	got := token.Draft{
		Issuer: c.Issuer, Subject: c.Subject, Audience: c.Audience, IssuedAt: c.IssuedAt, NotBefore: c.NotBefore,
		ExpiresAt: c.ExpiresAt, ID: c.ID, SessionID: c.SessionID, Scopes: c.Scopes, Roles: c.Roles,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if c.HasScope("a") || c.HasScope("admin") || !c.HasScope("read") || c.HasRole("x") || !c.HasRole("user") {
		t.Errorf("got scopes %q and roles %q", c.Scopes, c.Roles)
	}
	if c.Header.Algorithm != "EdDSA" || c.Header.KeyID != "k" || c.Header.Type != token.AccessToken {
		t.Errorf("got the header %+v", c.Header)
	}
}

// TestUnsignableDrafts: what no verifier would accept, or would read otherwise, is not signed in the first place.
func TestUnsignableDrafts(t *testing.T) {
	k := keyFor(t, "HS256")
	drafts := map[string]token.Draft{
		"no exp":                 {Subject: "ada"},
		"exp 0":                  {ExpiresAt: time.Unix(0, 0)},
		"exp under a second":     {ExpiresAt: time.Unix(0, 999_999_999)},
		"exp before 1970":        {ExpiresAt: time.Unix(-1, 0)},
		"exp 2^53":               {ExpiresAt: time.Unix(1<<53, 0)},
		"iat 0":                  {ExpiresAt: now, IssuedAt: time.Unix(0, 0)},
		"iat before 1970":        {ExpiresAt: now, IssuedAt: time.Unix(-1, 0)},
		"nbf 2^53":               {ExpiresAt: now, NotBefore: time.Unix(1<<53, 0)},
		"a claim twice":          {ExpiresAt: now, Extra: extra("x", `1`, "x", `2`)},
		"a claim with no JSON":   {ExpiresAt: now, Extra: extra("x", `ada`)},
		"a claim cut off":        {ExpiresAt: now, Extra: extra("x", `{`)},
		"a claim in a claim":     {ExpiresAt: now, Extra: extra("x", `1,"sub":"root"`)},
		"a claim over two":       {ExpiresAt: now, Extra: extra("x", `{"a":1`, "y", `2},"sub":"root"`)},
		"a claim after the end":  {ExpiresAt: now, Extra: extra("x", `1}{"y":1`)},
		"a name twice inside":    {ExpiresAt: now, Extra: extra("x", `{"a":1,"a":2}`)},
		"too deep":               {ExpiresAt: now, Extra: extra("x", nested(32))},
		"lone surrogate":         {ExpiresAt: now, Extra: extra("x", `"\ud800"`)},
		"invalid UTF-8":          {ExpiresAt: now, Subject: "ad\xff"},
		"invalid UTF-8 in aud":   {ExpiresAt: now, Audience: []string{"api", "\xff"}},
		"invalid UTF-8 in scope": {ExpiresAt: now, Scopes: []string{"\xff"}},
		"invalid UTF-8 in name":  {ExpiresAt: now, Extra: extra("\xff", `1`)},
		"invalid UTF-8 in value": {ExpiresAt: now, Extra: extra("x", "\"\xff\"")},
		"invalid UTF-8 in typ":   {ExpiresAt: now, Type: "\xff"},
		"two scopes in one":      {ExpiresAt: now, Scopes: []string{"read admin"}},
		"empty scope":            {ExpiresAt: now, Scopes: []string{"read", ""}},
		"too long":               {ExpiresAt: now, Subject: strings.Repeat("a", token.MaxLength)},
		"header twice":           {ExpiresAt: now, Headers: extra("x", `1`, "x", `1`)},
		"header in a header":     {ExpiresAt: now, Headers: extra("x", `1,"crit":["x"]`)},
		"header with no JSON":    {ExpiresAt: now, Headers: extra("x", `]`)},
	}
	for _, name := range []string{"iss", "sub", "aud", "client_id", "iat", "nbf", "exp", "jti", "sid", "scope", "roles"} {
		if !token.Registered(name) {
			t.Errorf("%q is not registered", name)
		}
		drafts["extra "+name] = token.Draft{ExpiresAt: now, Extra: extra(name, `"x"`)}
	}
	for _, name := range []string{"alg", "typ", "kid", "crit", "b64", "jwk", "jku", "x5u", "x5c"} {
		drafts["header "+name] = token.Draft{ExpiresAt: now, Headers: extra(name, `"x"`)}
	}
	for name, d := range drafts {
		t.Run(name, func(t *testing.T) {
			raw, err := d.Sign(k)
			if raw != "" || !errors.Is(err, token.ErrDraft) {
				t.Errorf("got %q and %v, want ErrDraft", raw, err)
			}
			if raw, err = d.Sign(newKey(t, "\xff", "HS256", secret(32))); raw != "" || !errors.Is(err, token.ErrDraft) {
				t.Errorf("with a kid that is not UTF-8: got %q and %v, want ErrDraft", raw, err)
			}
		})
	}
	if token.Registered("Sub") || token.Registered("x") {
		t.Error("names are registered in one case only")
	}
}
