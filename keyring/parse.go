package keyring

import (
	"bytes"
	"fmt"

	"jotkit/token"
)

// MaxLength is the most that Parse reads, in bytes. The largest honest sets seen are a tenth of it.
const MaxLength = 512 << 10

const (
	maxKeys  = 500     // in one file
	maxBlock = 8 << 10 // bytes of one PEM block with a key: RSA keys of 8192 bits need 5 KiB, and larger ones cost time
)

// ParseOptions says what the bytes themselves leave open. The zero value takes the customary algorithm of each key.
type ParseOptions struct {
	// Algorithm is for keys that name none. One that names another is refused; in a JWK Set it is passed over.
	Algorithm string
	// KeepUnnamed leaves a lone key that has no kid without one, so that a verifier tries it for a token of any kid.
	// Otherwise the kid is the thumbprint, as it always is when one file holds several keys outside a JWK Set.
	KeepUnnamed bool
	// Published is for what everybody can read. A secret or a private half in it is ErrSet, and nothing is computed with
	// either: whether two halves belong together takes seconds to find out, where they were chosen for that.
	Published bool
}

// Parse reads the keys in a JWK or JWK Set (RFC 7517), in PEM (PKCS #1, SEC 1, PKCS #8, SPKI, certificates), in an
// unencrypted OpenSSH private key or in lines of authorized_keys. A private key and its own certificate or public key
// count as one key. There is at least one key in what it returns.
//
// Errors are ErrNotAKey, ErrUnsupported and ErrSet, and those of token.NewKey: ErrWeakKey, ErrKeyMismatch,
// ErrUnknownAlgorithm. They name the key of a set, and never show what is in it.
func Parse(data []byte, o ParseOptions) ([]*token.Key, error) {
	f, err := readFile(data)
	if err != nil {
		return nil, err
	}
	return o.parse(f)
}

// parse makes the keys of a file, each under a kid of its own. In a set that is the one it has there.
func (o ParseOptions) parse(f *file) ([]*token.Key, error) {
	keys, err := checked(f, o.check)
	switch {
	case err != nil:
		return nil, err
	case len(keys) == 1:
		return []*token.Key{o.finish(keys[0])}, nil
	case !f.set:
		for i, k := range keys {
			keys[i] = k.WithID(Thumbprint(k))
		}
		return keys, nil
	}
	if _, err := token.NewKeySet(keys...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSet, err)
	}
	return keys, nil
}

// trimmed is what is to be read of a file.
func trimmed(data []byte) ([]byte, error) {
	if len(data) > MaxLength {
		return nil, fmt.Errorf("%w: more than %d KiB", ErrNotAKey, MaxLength>>10)
	}
	return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))), nil // some editors put a byte order mark first
}

// finish names a lone key by its thumbprint, unless it may stay without a name.
func (o ParseOptions) finish(k *token.Key) *token.Key {
	if k.ID() != "" || o.KeepUnnamed {
		return k
	}
	return k.WithID(Thumbprint(k))
}

// shown is a string from a stranger's file, quoted and cut, fit for an error.
func shown(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
