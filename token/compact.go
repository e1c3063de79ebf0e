package token

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MaxLength is the length in bytes up to which a token is looked at.
const MaxLength = 16 << 10

// strict is base64url without padding (RFC 7515 section 2), with no spare bits set in the last character.
var strict = base64.RawURLEncoding.Strict()

// ErrEncrypted comes back, beside [Malformed], for an encrypted token: there is nothing to read in it before it is decrypted.
var ErrEncrypted = errors.New("an encrypted token (five parts, RFC 7516): decrypt it first")

// ErrEmpty comes back, beside [Malformed], where there is nothing at all.
var ErrEmpty = errors.New("empty")

// parts are where the parts of a token end in its decoded bytes, which stand there without anything between.
type parts struct{ header, payload int }

// decode takes a token apart, and appends to buf what its parts read. The order matters: the length is looked at before
// anything else, and line ends before base64, since Go's decoder skips them even when it is strict.
func decode(buf []byte, raw string) ([]byte, parts, error) {
	if len(raw) > MaxLength {
		return buf, parts{}, fmt.Errorf("%d bytes, and tokens of up to %d are read", len(raw), MaxLength)
	}
	header, rest, _ := strings.Cut(raw, ".")
	payload, signature, found := strings.Cut(rest, ".")
	if !found || strings.ContainsAny(raw, "\r\n") {
		return buf, parts{}, misshapen(raw)
	}
	var at parts
	var err error
	for _, part := range [...]struct {
		name, text string
		end        *int
	}{{"header", header, &at.header}, {"payload", payload, &at.payload}, {"signature", signature, new(int)}} {
		if buf, err = strict.AppendDecode(buf, []byte(part.text)); err != nil {
			return buf, parts{}, cmp.Or(misshapen(raw), fmt.Errorf("a %s that is not base64url", part.name))
		}
		*part.end = len(buf)
	}
	return buf, at, nil
}

// misshapen says what is wrong with the outside of a token, or nil.
func misshapen(raw string) error {
	if raw == "" {
		return ErrEmpty
	}
	if i := strings.IndexFunc(raw, outside); i >= 0 {
		return fmt.Errorf("byte 0x%02x at offset %d, which no token has", raw[i], i)
	}
	switch dots := strings.Count(raw, "."); dots {
	case 2:
		return nil
	case 4:
		return ErrEncrypted
	case 0:
		return errors.New("no dots, and a signed token has two")
	default:
		return fmt.Errorf("%d parts, and a signed token has three", dots+1)
	}
}

// signed are the bytes under the signature of a token that has decoded: header and payload with their dot, as received.
func signed(raw string) string { return raw[:strings.LastIndexByte(raw, '.')] }

// outside tells whether r is neither of the base64url alphabet nor a dot.
func outside(r rune) bool {
	return !('A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.')
}
