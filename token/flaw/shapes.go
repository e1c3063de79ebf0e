package flaw

import (
	"strings"

	"jotkit/token"
)

// oversized is the one kind whose tokens are longer than any token.
const oversized = "oversized"

// shapeKinds are about how a token is written (RFC 7515 section 2 and 7.1). Each says what a good one says.
func shapeKinds() []kind {
	return []kind{
		{Kind{"spare-bits", "the last character of the signature has spare bits set", token.Malformed}, spareBits},
		{Kind{"padding", "a = is at the end", token.Malformed}, rewritten(func(raw string) string { return raw + "=" })},
		{Kind{"newline-inside", "a line end is inside the signature", token.Malformed}, rewritten(func(raw string) string {
			return raw[:len(raw)-3] + "\n" + raw[len(raw)-3:]
		})},
		{Kind{"five-parts", "two parts more are behind it, as if it were encrypted", token.Malformed}, rewritten(func(raw string) string {
			return raw + ".AAAA.AAAA"
		})},
		{Kind{oversized, "it is longer than 16 KiB", token.Malformed},
			withLongClaim("flaw", func() string { return quoted(strings.Repeat("x", token.MaxLength*3/4)) })},
	}
}

func rewritten(to func(raw string) string) maker {
	return func(f *forgery) (string, error) {
		raw, err := f.sign()
		return to(raw), err
	}
}

// spareBits writes the same signature in another way: a token that is denied by its text comes back by this.
func spareBits(f *forgery) (string, error) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	raw, err := f.sign()
	if err != nil {
		return "", err
	}
	signature := raw[strings.LastIndexByte(raw, '.')+1:]
	if len(signature)%4 == 0 {
		return "", impossible("a signature for %s fills its characters to the last bit", f.key.Algorithm())
	}
	last := strings.IndexByte(alphabet, raw[len(raw)-1])
	return raw[:len(raw)-1] + alphabet[last^1:last^1+1], nil
}
