package token_test

import (
	"testing"

	"jotkit/token"
)

// badContents are attack tokens with a good signature by the trusted key, or by one that they bring along.
func badContents(t *testing.T) (list []attack) {
	k := keyFor(t, "ES256")
	stranger := newKey(t, "k", "ES256", generated(t, "ES256"))
	for _, c := range []struct{ name, source, header string }{
		{"jwk", "CVE-2018-0114", `{"alg":"ES256","kid":"k","jwk":` + jwkOf(t, stranger) + `}`},
		{"jku", "RFC 8725 section 3.10", `{"alg":"ES256","jku":"http://127.0.0.1:1/jwks.json"}`},
		{"x5u", "RFC 8725 section 3.10", `{"alg":"ES256","x5u":"http://127.0.0.1:1/cert.pem"}`},
		{"kid is a path", "RFC 8725 section 3.10", `{"alg":"ES256","kid":"../../../../dev/null"}`},
		{"kid is SQL", "RFC 8725 section 3.10", `{"alg":"ES256","kid":"x' UNION SELECT 'k' --"}`},
	} {
		list = append(list, attack{c.name, c.source, "ES256", sign(t, stranger, c.header, good), token.BadSignature})
	}
	for _, c := range []struct{ name, source, header string }{
		{"crit", "RFC 7515 section 4.1.11", `{"alg":"ES256","crit":["x"],"x":1}`},
		{"b64", "RFC 7797 section 6", `{"alg":"ES256","b64":false,"crit":["b64"]}`},
		{"alg twice", "RFC 7515 section 4", `{"alg":"none","alg":"ES256"}`},
		{"typ number", "RFC 7515 section 4.1.9", `{"alg":"ES256","typ":5}`},
		{"header too deep", "RFC 8725 section 3.3", `{"alg":"ES256","x":` + nested(32) + `}`},
	} {
		list = append(list, attack{c.name, c.source, "ES256", sign(t, k, c.header, good), token.Malformed})
	}
	for _, c := range []struct {
		name, source, payload string
		want                  token.Reason
	}{
		{"sub twice", "RFC 7519 section 4", `{"exp":1700000900,"sub":"ada","sub":"root"}`, token.Malformed},
		{"exp past, EXP to come", "RFC 7519 section 4", `{"exp":1,"EXP":1700000900}`, token.Expired},
		{"no exp", "RFC 9068 section 2.2", `{"sub":"ada"}`, token.ClaimMismatch},
		{"exp 0", "golang-jwt pull request 509", `{"exp":0}`, token.Malformed},
		{"exp null", "RFC 7519 section 2", `{"exp":null}`, token.Malformed},
		{"exp string", "RFC 7519 section 2", `{"exp":"1700000900"}`, token.Malformed},
		{"exp 1e18", "RFC 7519 section 2", `{"exp":1e18}`, token.Malformed},
		{"nbf 1e19", "RFC 7519 section 2", `{"exp":1700000900,"nbf":1e19}`, token.Malformed},
		{"iat to come", "RFC 7519 section 4.1.6", `{"exp":1700000900,"iat":1700000001}`, token.NotYetValid},
		{"aud number", "CVE-2020-26160", `{"exp":1700000900,"aud":[1]}`, token.Malformed},
		{"sub number", "RFC 7519 section 4.1.2", `{"exp":1700000900,"sub":5}`, token.Malformed},
		{"null", "RFC 7519 section 7.2", `null`, token.Malformed},
		{"trailing garbage", "RFC 7519 section 7.2", good + "x", token.Malformed},
		{"invalid UTF-8", "RFC 8725 section 3.7", "{\"exp\":1700000900,\"sub\":\"ad\xff\"}", token.Malformed},
		{"lone surrogate", "RFC 7493 section 2.1", `{"exp":1700000900,"sub":"\ud800"}`, token.Malformed},
		{"too deep", "RFC 8725 section 3.3", `{"exp":1700000900,"x":` + nested(4000) + `}`, token.Malformed},
	} {
		list = append(list, attack{c.name, c.source, "ES256", sign(t, k, head(k), c.payload), c.want})
	}
	return list
}
