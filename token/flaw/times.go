package flaw

import (
	"strconv"
	"time"

	"jotkit/token"
)

// far is how far behind or ahead a time lies that is to be wrong by any leeway.
const far = time.Hour

// timeKinds are about exp, nbf and iat (RFC 7519 section 4.1). Beyond 2^53 a number is no time that all readers agree
// about: some wrap it around.
func timeKinds() []kind {
	return []kind{
		{Kind{"expired", "exp passed an hour ago", token.Expired}, expired},
		{Kind{"expired-other-case", "exp passed an hour ago, and an EXP lies ahead", token.Expired}, func(f *forgery) (string, error) {
			f.claim("EXP", seconds(f.now.Add(f.life).Unix()))
			return expired(f)
		}},
		{Kind{"not-yet-valid", "nbf lies an hour ahead", token.NotYetValid}, ahead("nbf")},
		{Kind{"iat-future", "iat lies an hour ahead", token.NotYetValid}, ahead("iat")},
		{Kind{"no-exp", "there is no exp, so it is good for ever", token.ClaimMismatch}, without("exp")},
		{Kind{"exp-zero", "exp is 0, which some take for absent", token.Malformed}, withClaim("exp", "0")},
		{Kind{"exp-null", "exp is null", token.Malformed}, withClaim("exp", "null")},
		{Kind{"exp-negative", "exp is -1", token.Malformed}, withClaim("exp", "-1")},
		{Kind{"exp-string", "exp is a string", token.Malformed}, func(f *forgery) (string, error) {
			f.claim("exp", strconv.Quote(seconds(f.now.Add(f.life).Unix())))
			return f.sign()
		}},
		{Kind{"exp-huge", "exp is 1e18, in 31 billion years", token.Malformed}, withClaim("exp", "1e18")},
		{Kind{"exp-wraps", "exp is 1e19, more than 64 bits hold", token.Malformed}, withClaim("exp", "1e19")},
		{Kind{"nbf-wraps", "nbf is 1e19, which may wrap around to the past", token.Malformed}, withClaim("nbf", "1e19")},
		{Kind{"iat-wraps", "iat is 1e19, which may wrap around to the past", token.Malformed}, withClaim("iat", "1e19")},
	}
}

// expired moves the whole life into the past.
func expired(f *forgery) (string, error) {
	end := f.now.Add(-far)
	f.claim("exp", seconds(end.Unix()))
	f.begin(end.Add(-f.life))
	return f.sign()
}

// ahead moves the life into the future, by this claim.
func ahead(name string) maker {
	return func(f *forgery) (string, error) {
		start := f.now.Add(far)
		f.claim("exp", seconds(start.Add(f.life).Unix()))
		f.claim(name, seconds(start.Unix()))
		return f.sign()
	}
}

// begin sets the times of the beginning that are there.
func (f *forgery) begin(at time.Time) {
	for _, m := range f.payload {
		if m.Name == "iat" || m.Name == "nbf" {
			f.claim(m.Name, seconds(max(at.Unix(), 1))) // a long life would begin before 1970
		}
	}
}

// without is a token that lacks a claim.
func without(name string) maker {
	return func(f *forgery) (string, error) {
		if !f.drop(name) {
			return "", impossible("the good token has no %s either", name)
		}
		return f.sign()
	}
}
