package token_test

import (
	"errors"
	"testing"
	"time"

	"jotkit/token"
)

// full is a payload with everything that can be asked for.
const full = `{"iss":"https://id.example","sub":"ada","aud":["api","web"],"exp":1700000900,"iat":1699999900,"jti":"1",` +
	`"scope":"read write","roles":["user","auditor"],"n":1.0,"big":12345678901234567890,"o":{"a":[1,{"b":null}],"c":"\u0064"},"z":null}`

func require(name, value string) []token.Requirement {
	r := token.Requirement{Name: name}
	if value != "" {
		r.Value = []byte(value)
	}
	return []token.Requirement{r}
}

// TestExpectations: of issuers, audiences and types any one will do, of the rest all must be there.
func TestExpectations(t *testing.T) {
	k := keyFor(t, "HS256")
	raw := sign(t, k, head(k), full)
	for _, c := range []struct {
		name string
		want token.Expect
		ok   bool
	}{
		{"nothing", token.Expect{}, true},
		{"empty lists", token.Expect{Audiences: []string{}, Issuers: []string{}, Types: []string{}, Require: []token.Requirement{}}, true},
		{"issuer", token.Expect{Issuers: []string{"https://id.example"}}, true},
		{"any issuer", token.Expect{Issuers: []string{"x", "https://id.example"}}, true},
		{"other issuer, same key", token.Expect{Issuers: []string{"https://id.example.org"}}, false},
		{"issuer with a slash", token.Expect{Issuers: []string{"https://id.example/"}}, false},
		{"issuer in another case", token.Expect{Issuers: []string{"https://ID.example"}}, false},
		{"start of the issuer", token.Expect{Issuers: []string{"https://id"}}, false},
		{"first audience", token.Expect{Audiences: []string{"api"}}, true},
		{"second audience", token.Expect{Audiences: []string{"web"}}, true},
		{"any audience", token.Expect{Audiences: []string{"x", "web"}}, true},
		{"no such audience", token.Expect{Audiences: []string{"x", "y"}}, false},
		{"start of an audience", token.Expect{Audiences: []string{"ap"}}, false},
		{"audience and more", token.Expect{Audiences: []string{"api2"}}, false},
		{"audience in another case", token.Expect{Audiences: []string{"API"}}, false},
		{"audiences joined", token.Expect{Audiences: []string{"api, web"}}, false},
		{"scope", token.Expect{Scopes: []string{"write"}}, true},
		{"all scopes", token.Expect{Scopes: []string{"write", "read"}}, true},
		{"one scope missing", token.Expect{Scopes: []string{"read", "admin"}}, false},
		{"scopes joined", token.Expect{Scopes: []string{"read write"}}, false},
		{"role", token.Expect{Roles: []string{"auditor"}}, true},
		{"one role missing", token.Expect{Roles: []string{"user", "admin"}}, false},
		{"role in another case", token.Expect{Roles: []string{"User"}}, false},
		{"claim there", token.Expect{Require: require("jti", "")}, true},
		{"claim there, null", token.Expect{Require: require("z", "")}, true},
		{"claim absent", token.Expect{Require: require("nbf", "")}, false},
		{"claim in another case", token.Expect{Require: require("JTI", "")}, false},
		{"value", token.Expect{Require: require("sub", `"ada"`)}, true},
		{"value written otherwise", token.Expect{Require: require("sub", ` "\u0061da" `)}, true},
		{"other value", token.Expect{Require: require("sub", `"bob"`)}, false},
		{"other type", token.Expect{Require: require("jti", `1`)}, false},
		{"number as written", token.Expect{Require: require("n", `1.0`)}, true},
		{"number written otherwise", token.Expect{Require: require("n", `1`)}, false},
		{"large number", token.Expect{Require: require("big", `12345678901234567890`)}, true},
		{"large number, off by one", token.Expect{Require: require("big", `12345678901234567891`)}, false},
		{"object in another order", token.Expect{Require: require("o", `{"c":"d", "a":[1,{"b":null}]}`)}, true},
		{"object with less", token.Expect{Require: require("o", `{"c":"d"}`)}, false},
		{"list in another order", token.Expect{Require: require("roles", `["auditor","user"]`)}, false},
		{"null wanted, absent", token.Expect{Require: require("nbf", `null`)}, false},
		{"all of several", token.Expect{Require: append(require("jti", ""), require("nbf", "")...)}, false},
		{"age exactly", token.Expect{MaxAge: 100 * time.Second}, true},
		{"too old", token.Expect{MaxAge: 99 * time.Second}, false},
		{"too old but for the leeway", token.Expect{MaxAge: 99 * time.Second, Leeway: time.Second}, true},
		{"greatest age there is", token.Expect{MaxAge: 1<<63 - 1, Leeway: time.Minute}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verifier(t, k)
			if v.Expect = c.want; c.ok {
				accepted(t, v, raw)
				return
			}
			refused(t, v, raw, token.ClaimMismatch, true)
		})
	}
}

// TestExpectationsOfBareToken: what is not in the token at all meets no expectation.
func TestExpectationsOfBareToken(t *testing.T) {
	k := keyFor(t, "HS256")
	for name, payload := range map[string]string{
		"absent":        `{"exp":1700000900}`,
		"empty":         `{"exp":1700000900,"iss":"","aud":"","scope":"","roles":[]}`,
		"empty in list": `{"exp":1700000900,"iss":"","aud":[""],"scope":"","roles":[""]}`,
	} {
		raw := sign(t, k, `{"alg":"HS256"}`, payload)
		accepted(t, verifier(t, k), raw)
		for what, want := range map[string]token.Expect{
			"issuer": {Issuers: []string{"x"}}, "audience": {Audiences: []string{"x"}}, "type": {Types: []string{"JWT"}},
			"scope": {Scopes: []string{"x"}}, "role": {Roles: []string{"x"}}, "age": {MaxAge: time.Hour}, "claim": {Require: require("x", "")},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				v := verifier(t, k)
				v.Expect = want
				refused(t, v, raw, token.ClaimMismatch, true)
			})
		}
	}
}

// TestTypes: media types compare without case and without "application/" (RFC 7515 section 4.1.9), and otherwise whole.
func TestTypes(t *testing.T) {
	k := keyFor(t, "HS256")
	for _, c := range []struct {
		typ  string
		want []string
		ok   bool
	}{
		{"at+jwt", []string{"at+jwt"}, true},
		{"AT+JWT", []string{"at+jwt"}, true},
		{"application/at+jwt", []string{"at+jwt"}, true},
		{"at+jwt", []string{"Application/AT+jwt"}, true},
		{"jwt", []string{"at+jwt", "JWT"}, true},
		{"refresh+jwt", []string{"at+jwt", "JWT"}, false},
		{"JWT", []string{"at+jwt"}, false},
		{"at+jwt", []string{"refresh+jwt"}, false},
		{"at+jwt ", []string{"at+jwt"}, false},
		{"at+jwt;x=1", []string{"at+jwt"}, false},
		{"application/application/at+jwt", []string{"at+jwt"}, false},
		{"text/at+jwt", []string{"at+jwt"}, false},
		{"", []string{"at+jwt"}, false},
		{"application/", []string{"at+jwt"}, false},
	} {
		t.Run(c.typ, func(t *testing.T) {
			v := verifier(t, k)
			v.Expect.Types = c.want
			raw := sign(t, k, `{"alg":"HS256","typ":"`+c.typ+`"}`, good)
			if c.ok {
				accepted(t, v, raw)
				return
			}
			refused(t, v, raw, token.ClaimMismatch, true)
		})
	}
}

// TestMinimumLife: the life that is left counts without leeway, and only weighs when nothing worse does.
func TestMinimumLife(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	raw := sign(t, k, head(k), good) // 900 s to live
	v.Expect = token.Expect{MinLife: 900 * time.Second}
	accepted(t, v, raw)
	for _, leeway := range []time.Duration{0, token.MaxLeeway} {
		v.Expect = token.Expect{MinLife: 901 * time.Second, Leeway: leeway}
		refused(t, v, raw, token.TooLittleLife, true)
	}
	refused(t, v, sign(t, k, head(k), `{}`), token.ClaimMismatch, true)
	refused(t, v, sign(t, k, head(k), `{"exp":1}`), token.Expired, true)
	v.Expect.MinLife = 1<<63 - 1
	refused(t, v, raw, token.TooLittleLife, true)
	accepted(t, v, sign(t, k, head(k), `{"exp":9007199254740991}`))
}

// TestUnusableExpectations: an empty expectation is a mistake of the caller and never means "do not check".
func TestUnusableExpectations(t *testing.T) {
	k := keyFor(t, "HS256")
	raw := sign(t, k, head(k), full)
	for name, want := range map[string]token.Expect{
		"empty issuer": {Issuers: []string{""}}, "empty audience": {Audiences: []string{"api", ""}}, "empty type": {Types: []string{""}},
		"empty scope": {Scopes: []string{""}}, "empty role": {Roles: []string{""}}, "unnamed claim": {Require: require("", `1`)},
		"value that is no JSON": {Require: require("sub", `ada`)}, "two values": {Require: require("sub", `1 2`)},
		"empty value":    {Require: []token.Requirement{{Name: "sub", Value: []byte{}}}},
		"leeway too big": {Leeway: token.MaxLeeway + 1}, "negative leeway": {Leeway: -1},
		"negative age": {MaxAge: -1}, "negative life": {MinLife: -1},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, k)
			v.Expect = want
			if c, err := v.Verify(t.Context(), raw); c != nil || !errors.Is(err, token.ErrExpect) {
				t.Errorf("got %v and %v, want ErrExpect", c, err)
			}
			if r, err := v.Examine(t.Context(), "not even a token"); r != nil || !errors.Is(err, token.ErrExpect) {
				t.Errorf("got %v and %v, want ErrExpect and no report", r, err)
			}
		})
	}
}
