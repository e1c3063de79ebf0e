package flaw

import (
	"strings"

	"jotkit/token"
)

// payloadKinds are about the JSON of the payload (RFC 7519 section 7.2, RFC 7493).
func payloadKinds() []kind {
	return []kind{
		{Kind{"duplicate-claim", "sub stands twice, and the second is root", token.Malformed}, func(f *forgery) (string, error) {
			if len(f.texts("sub")) == 0 {
				return "", impossible("the good token has no sub")
			}
			f.payload = append(f.payload, token.Member{Name: "sub", Value: []byte(`"root"`)})
			return f.sign()
		}},
		{Kind{"duplicate-exp", "exp stands twice, first long past and then ahead", token.Malformed}, func(f *forgery) (string, error) {
			f.payload = append([]token.Member{{Name: "exp", Value: []byte("1")}}, f.payload...)
			return f.sign()
		}},
		{Kind{"payload-null", "the payload is null", token.Malformed}, func(f *forgery) (string, error) {
			return seal(object(f.header), []byte("null"), f.own)
		}},
		{Kind{"trailing-garbage", "something stands after the JSON of the payload", token.Malformed}, func(f *forgery) (string, error) {
			return seal(object(f.header), append(object(f.payload), "x"...), f.own)
		}},
		{Kind{"invalid-utf8", "a claim has a byte that is not UTF-8", token.Malformed}, withClaim("flaw", "\"\xff\"")},
		{Kind{"lone-surrogate", "a claim has half a character", token.Malformed}, withClaim("flaw", `"\ud800"`)},
		{Kind{"deep-nesting", "a claim is an array 4000 deep", token.Malformed}, withLongClaim("flaw", nested)},
	}
}

// nested is an array in an array, 4000 deep.
func nested() string { return strings.Repeat("[", 4000) + strings.Repeat("]", 4000) }
