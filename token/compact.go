package token

import (
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

// compact is a token taken apart, each part as it was received and as it reads.
type compact struct {
	signed    string // header and payload with their dot, the bytes under the signature
	header    []byte
	payload   []byte
	signature []byte
}

// split takes a token apart. The order matters: the length is looked at before anything else, and the alphabet before
// base64, since Go's decoder skips line ends even when it is strict.
func split(raw string) (*compact, error) {
	if len(raw) > MaxLength {
		return nil, fmt.Errorf("%d bytes, and tokens of up to %d are read", len(raw), MaxLength)
	}
	if raw == "" {
		return nil, ErrEmpty
	}
	if i := strings.IndexFunc(raw, outside); i >= 0 {
		return nil, fmt.Errorf("byte 0x%02x at offset %d, which no token has", raw[i], i)
	}
	switch dots := strings.Count(raw, "."); {
	case dots == 4:
		return nil, ErrEncrypted
	case dots == 0:
		return nil, errors.New("no dots, and a signed token has two")
	case dots != 2:
		return nil, fmt.Errorf("%d parts, and a signed token has three", dots+1)
	}
	last := strings.LastIndexByte(raw, '.')
	c := &compact{signed: raw[:last]}
	header, payload, _ := strings.Cut(c.signed, ".")
	for _, part := range []struct {
		name, text string
		to         *[]byte
	}{{"header", header, &c.header}, {"payload", payload, &c.payload}, {"signature", raw[last+1:], &c.signature}} {
		var err error
		if *part.to, err = strict.DecodeString(part.text); err != nil {
			return nil, fmt.Errorf("a %s that is not base64url", part.name)
		}
	}
	return c, nil
}

// outside tells whether r is neither of the base64url alphabet nor a dot.
func outside(r rune) bool {
	return !('A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.')
}
