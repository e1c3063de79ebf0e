package flaw

import (
	"slices"
	"strings"

	"jotkit/token"
)

// refreshType is the typ of a token that is for its own issuer alone.
const refreshType = "refresh+jwt"

// headerKinds are about the header (RFC 7515 section 4), in tokens whose signature is good.
func headerKinds() []kind {
	return []kind{
		{Kind{"typ-refresh", "typ is " + refreshType, token.ClaimMismatch}, func(f *forgery) (string, error) {
			if strings.TrimPrefix(strings.ToLower(f.typ), "application/") == refreshType { // RFC 7515 section 4.1.9
				return "", impossible("that is the typ of the good token")
			}
			f.param("typ", quoted(refreshType))
			return f.sign()
		}},
		{Kind{"typ-number", "typ is a number", token.Malformed}, withParam("typ", "5")},
		{Kind{"kid-number", "kid is a number", token.Malformed}, withParam("kid", "5")},
		{Kind{"crit-unknown", "crit names an extension that nobody knows", token.Malformed}, func(f *forgery) (string, error) {
			f.param("crit", `["x"]`)
			f.param("x", "1")
			return f.sign()
		}},
		{Kind{"b64", "b64 is false (RFC 7797)", token.Malformed}, func(f *forgery) (string, error) {
			f.param("crit", `["b64"]`)
			f.param("b64", "false")
			return f.sign()
		}},
		{Kind{"no-alg", "there is no alg", token.Malformed}, func(f *forgery) (string, error) {
			f.header = slices.DeleteFunc(f.header, named("alg"))
			return f.sign()
		}},
		{Kind{"duplicate-alg", "alg stands twice, first as none", token.Malformed}, func(f *forgery) (string, error) {
			f.header = append([]token.Member{{Name: "alg", Value: []byte(`"none"`)}}, f.header...)
			return f.sign()
		}},
		{Kind{"alg-lower-case", "alg is written in small letters", token.AlgorithmRefused}, func(f *forgery) (string, error) {
			f.param("alg", quoted(strings.ToLower(f.key.Algorithm())))
			return f.sign()
		}},
	}
}
