package lint

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"jotkit/token"
)

const (
	longest   = 24 * time.Hour // that an access token should live: nothing but revocation ends it sooner
	cookieMax = 4096           // bytes that browsers keep of a cookie, name included (RFC 6265 section 6.1)
	headerMax = 8 << 10        // bytes that nginx and Apache take of a header by default (HAProxy 16 KiB)
)

// parts is a token as the rules see it.
type parts struct {
	raw             string
	u               *token.Unverified
	header, payload token.Members
}

// Token looks at a token. Errors are those of token.Decode: what is no token has no findings.
func Token(raw string) ([]Finding, error) {
	u, err := token.Decode(raw)
	if err != nil {
		return nil, err
	}
	header, _ := token.ParseObject(u.Header.JSON()) // both were read strictly before
	payload, _ := token.ParseObject(u.Payload())
	p := parts{raw, u, header, payload}
	var f findings
	f.lookAtAlgorithm(p)
	f.lookAtHeader(p)
	f.lookAtMembers("header", slices.DeleteFunc(slices.Clone(header), func(m token.Member) bool { return m.Name == "kid" }))
	f.lookAtRegistered(p)
	f.lookAtDates(p)
	f.lookAtMembers("claims", payload)
	f.lookAtSize(p)
	return f, nil
}

func (f *findings) lookAtAlgorithm(p parts) {
	alg := p.u.Header.Algorithm
	switch {
	case strings.EqualFold(alg, "none"):
		f.add("alg_none", "header.alg", "anyone can write such a token")
	case !slices.Contains(token.Algorithms(), alg):
		f.add("alg_unknown", "header.alg", "%.32q is none of %s", alg, strings.Join(token.Algorithms(), ", "))
	case !strings.HasPrefix(alg, "HS"):
		return
	case len(audience(p)) > 1:
		f.add("alg_symmetric", "header.alg", "each of %d audiences can sign with the secret it verifies with", len(audience(p)))
	case strings.HasPrefix(p.u.Text("iss"), "https://"):
		f.add("alg_symmetric", "header.alg", "the issuer is a public one, and whoever verifies its tokens can sign them too")
	}
	if why, guessed := guessedSecret(p.raw, alg); guessed {
		f.add("guessable_secret", "signature", "it is made with a secret that anyone can guess: %s", why)
	}
}

func (f *findings) lookAtHeader(p parts) {
	for _, name := range []string{"jwk", "jku", "x5c", "x5u"} {
		if _, there := p.header.Value(name); there {
			f.add("key_in_header", "header."+name, "a verifier that follows it lets the token choose who vouches for it")
		}
	}
	if why := oddKid(p.u.Header.KeyID); why != "" {
		f.add("odd_kid", "header.kid", "%s: a verifier that looks it up carelessly is steered by it", why)
	}
	if p.u.Header.Type == "" {
		f.add("missing_typ", "header.typ", "say what it is, such as at+jwt (RFC 8725 section 3.11)")
	}
}

// missing says what is lost without a claim.
var missing = []struct{ name, loss string }{
	{"exp", "it is good for ever"},
	{"iat", "nobody knows how old it is"},
	{"iss", "nobody knows whose key it is"},
	{"sub", "nobody knows whom it is about"},
	{"aud", "it can be used at any service that trusts the issuer"},
	{"jti", "it cannot be revoked alone, nor told from its copy"},
}

func (f *findings) lookAtRegistered(p parts) {
	for _, m := range missing {
		if _, there := p.payload.Value(m.name); !there {
			f.add("missing_claim", "claims."+m.name, "%s", m.loss)
		}
	}
	list := audience(p)
	n := len(list)
	slices.Sort(list)
	if len(slices.Compact(list)) < n {
		f.add("duplicate_audience", "claims.aud", "an audience stands in it twice")
	}
}

// audience is aud, as far as it is a string or a list of strings.
func audience(p parts) []string {
	var list []string
	var one string
	aud, _ := p.payload.Value("aud")
	if json.Unmarshal(aud, &one) == nil {
		return []string{one}
	}
	_ = json.Unmarshal(aud, &list) // of what else it may be, the strings
	return list
}

func (f *findings) lookAtSize(p parts) {
	if n := len("access_token=") + len(p.raw); n > cookieMax {
		f.add("cookie_size", "token", "%d bytes as a cookie, and browsers drop those over %d", n, cookieMax)
	}
	if n := len("Authorization: Bearer ") + len(p.raw); n > headerMax {
		f.add("header_size", "token", "%d bytes as a header, and many servers refuse those over %d", n, headerMax)
	}
}
