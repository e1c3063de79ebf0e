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

// A compact is a token taken apart: each part in base64url, as it was received.
type compact struct{ header, payload, signature string }

// split takes a token apart. The length is looked at before anything else; the alphabet is, where the parts are decoded, but
// for line ends, which Go's decoder skips even when it is strict.
func split(raw string) (c compact, err error) {
	if len(raw) > MaxLength {
		return c, fmt.Errorf("%d bytes, and tokens of up to %d are read", len(raw), MaxLength)
	}
	header, rest, _ := strings.Cut(raw, ".")
	payload, signature, found := strings.Cut(rest, ".")
	if !found || strings.IndexByte(raw, '\n') >= 0 || strings.IndexByte(raw, '\r') >= 0 {
		return c, misshapen(raw)
	}
	return compact{header, payload, signature}, nil
}

// signed are the bytes under the signature: header and payload with their dot, as received.
func (c compact) signed(raw string) string { return raw[:len(c.header)+1+len(c.payload)] }

// decoded appends to buf what a part reads; name is what the part is called where it cannot be read.
func decoded(buf []byte, raw, part, name string) ([]byte, error) {
	buf, err := strict.AppendDecode(buf, []byte(part))
	if err != nil {
		err = cmp.Or(misshapen(raw), fmt.Errorf("a %s that is not base64url", name))
	}
	return buf, err
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

// outside tells whether r is neither of the base64url alphabet nor a dot.
func outside(r rune) bool {
	return !('A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.')
}
