package flaw

import (
	"slices"
	"unicode/utf8"

	"jotkit/token"
)

// stray is who a token is not for, and not from.
const stray = "https://other.invalid"

// claimKinds are about the claims that say what the token is for and whose it is.
func claimKinds() []kind {
	return []kind{
		{Kind{"wrong-iss", "iss is another issuer", token.ClaimMismatch}, changed("iss", func(string) string { return stray })},
		{Kind{"iss-longer", "iss begins with the right issuer", token.ClaimMismatch}, changed("iss", func(iss string) string {
			return iss + ".other.invalid"
		})},
		{Kind{"no-iss", "there is no iss", token.ClaimMismatch}, without("iss")},
		{Kind{"wrong-aud", "aud is another audience", token.ClaimMismatch}, changed("aud", func(string) string { return stray })},
		{Kind{"aud-longer", "aud begins with the right audience", token.ClaimMismatch}, changed("aud", func(aud string) string {
			return aud + "-other"
		})},
		{Kind{"aud-shorter", "aud is the right audience but for its end", token.ClaimMismatch}, changed("aud", func(aud string) string {
			_, size := utf8.DecodeLastRuneInString(aud)
			return aud[:len(aud)-size]
		})},
		{Kind{"aud-empty", "aud is an empty array", token.ClaimMismatch}, func(f *forgery) (string, error) {
			if len(f.texts("aud")) == 0 {
				return "", impossible("the good token has no aud")
			}
			f.claim("aud", "[]")
			return f.sign()
		}},
		{Kind{"no-aud", "there is no aud", token.ClaimMismatch}, without("aud")},
		{Kind{"aud-number", "aud has a number among its strings", token.Malformed}, func(f *forgery) (string, error) {
			list := "5"
			for _, aud := range slices.Backward(f.texts("aud")) {
				list = quoted(aud) + "," + list
			}
			f.claim("aud", "["+list+"]")
			return f.sign()
		}},
		{Kind{"aud-object", "aud is an object", token.Malformed}, withClaim("aud", "{}")},
		{Kind{"sub-number", "sub is a number", token.Malformed}, withClaim("sub", "5")},
		{Kind{"jti-number", "jti is a number", token.Malformed}, withClaim("jti", "5")},
	}
}

// changed is a token in which iss or aud is another text.
func changed(name string, to func(string) string) maker {
	return func(f *forgery) (string, error) {
		was := f.texts(name)
		if len(was) == 0 {
			return "", impossible("the good token has no %s", name)
		}
		other := to(was[0])
		switch {
		case other == "":
			return "", impossible("the %s is too short", name)
		case slices.Contains(was, other):
			return "", impossible("%q is an %s of the good token", other, name)
		}
		f.claim(name, quoted(other))
		return f.sign()
	}
}
