package scan

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
)

// A header is the first part of what may be a token.
type header struct {
	json  json.RawMessage
	parts int // that a token with this header has
}

// tries is how many places are looked at where a header may begin, in one part. By chance there are none or two; the bound
// is for text that was made to cost time.
const tries = 64

// headerBefore finds the header that ends where text does, and where it begins. The places are gone through from behind:
// two of them cannot both be right, since the last brace closes only one.
func headerBefore(text []byte) (start int, h header, ok bool) {
	part := text[partBefore(text):]
	for n, end := 0, len(part); n < tries; n++ {
		i := lastOpening(part[:end])
		if i < 0 {
			break
		}
		if h, ok = readHeader(part[i:]); ok {
			return len(text) - len(part) + i, h, true
		}
		end = i + 1
	}
	return 0, header{}, false
}

// lastOpening finds where a JSON object may begin in base64: a brace, and then a quote or a space (ey) or a control (ew).
func lastOpening(part []byte) int {
	return max(bytes.LastIndex(part, []byte("ey")), bytes.LastIndex(part, []byte("ew")))
}

// readHeader is lenient: token.Decode says what is wrong. But a JSON object with an alg it has to be.
func readHeader(part []byte) (header, bool) {
	text, err := base64.RawURLEncoding.AppendDecode(nil, part)
	if err != nil {
		return header{}, false
	}
	var members map[string]json.RawMessage // a struct would take "ALG" for alg
	if json.Unmarshal(text, &members) != nil || !isString(members["alg"]) {
		return header{}, false
	}
	if isString(members["enc"]) {
		return header{text, 5}, true
	}
	return header{text, 3}, true
}

func isString(value json.RawMessage) bool { return bytes.HasPrefix(value, []byte(`"`)) }

// measure is how long the parts are that text begins with, with the dots between them, or 0 where there are not as many.
// ended tells whether text goes on behind them: if not, they may be longer.
func measure(text []byte, parts int) (length int, ended bool) {
	said := 0
	for i := range parts {
		n := partLength(text[length:])
		length, said = length+n, said+n
		switch {
		case length == len(text):
			if i < parts-1 || said == 0 {
				return 0, false
			}
			return length, false
		case i < parts-1 && text[length] != '.':
			return 0, true
		case i < parts-1:
			length++
		}
	}
	if said == 0 { // a header and an ellipsis
		return 0, true
	}
	return length, true
}

// partLength is how many characters of base64url text begins with.
func partLength(text []byte) int {
	for i, c := range text {
		if !alphabet[c] {
			return i
		}
	}
	return len(text)
}

// partBefore is where the characters of base64url begin that text ends with.
func partBefore(text []byte) int {
	i := len(text)
	for i > 0 && alphabet[text[i-1]] {
		i--
	}
	return i
}

// alphabet is that of base64url (RFC 4648 section 5).
var alphabet = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
		is[c] = true
	}
	return is
}()
