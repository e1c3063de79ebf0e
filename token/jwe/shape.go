package jwe

import (
	"encoding/base64"
	"fmt"
	"strings"

	"jotkit/token"
)

const (
	// MaxLength is the length in bytes up to which an encrypted token is looked at. It leaves room for MaxPlaintext in
	// base64url, and for the header and the encrypted key.
	MaxLength = 352 << 10
	// MaxPlaintext is the most that is decrypted, in bytes of ciphertext (RFC 8725bis section 3.15).
	MaxPlaintext = 250_000
	// maxEncryptedKey is that of an RSA key of 8192 bits, in bytes.
	maxEncryptedKey = 1024
)

// parts are those of RFC 7516 section 7.1 in their order.
type parts struct{ header, key, iv, ciphertext, tag []byte }

// split takes an encrypted token apart. The order matters: the length is looked at before anything else, and the alphabet
// before base64, since Go's decoder skips line ends even when it is strict.
func split(raw string) (*parts, error) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
	if len(raw) > MaxLength {
		return nil, fmt.Errorf("%w: more than %d bytes", token.Malformed, MaxLength)
	}
	if raw == "" {
		return nil, fmt.Errorf("%w: %w", token.Malformed, token.ErrEmpty)
	}
	if strings.Trim(raw, alphabet) != "" {
		return nil, fmt.Errorf("%w: a byte that no token has", token.Malformed)
	}
	switch dots := strings.Count(raw, "."); {
	case dots == 2:
		return nil, fmt.Errorf("%w: a token of three parts is signed, not encrypted", token.Malformed)
	case dots != 4:
		return nil, fmt.Errorf("%w: %d parts, and an encrypted token has five", token.Malformed, dots+1)
	}
	var p parts
	texts := strings.Split(raw, ".")
	for i, part := range []struct {
		name string
		max  int
		to   *[]byte
	}{
		{"header", token.MaxLength, &p.header}, {"encrypted key", maxEncryptedKey, &p.key}, {"iv", 16, &p.iv},
		{"ciphertext", MaxPlaintext, &p.ciphertext}, {"tag", 32, &p.tag},
	} {
		var err error
		if *part.to, err = base64.RawURLEncoding.Strict().DecodeString(texts[i]); err != nil {
			return nil, fmt.Errorf("%w: a %s that is not base64url", token.Malformed, part.name)
		}
		if len(*part.to) > part.max {
			return nil, fmt.Errorf("%w: a %s of %d bytes, and up to %d are read", token.Malformed, part.name, len(*part.to), part.max)
		}
	}
	return &p, nil
}

// checkLengths holds the parts against what the algorithms make. A tag that is longer would be bytes of the ciphertext moved
// over: a second spelling of the same token. A key or vector of another length has made readers panic.
func (p *parts) checkLengths(k *Key, c *content) error {
	for _, part := range []struct {
		name      string
		got, want int
	}{
		{"encrypted key", len(p.key), k.encryptedLength(c)}, {"iv", len(p.iv), c.iv}, {"tag", len(p.tag), c.tag},
	} {
		if part.got != part.want {
			return fmt.Errorf("%w: the %s has %d bytes, and %s with %s makes %d",
				token.Malformed, part.name, part.got, k.alg.name, c.name, part.want)
		}
	}
	return nil
}
