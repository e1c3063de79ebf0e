package jwe

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"jotkit/token"
)

// MaxKeyFile is the most that Parse reads, in bytes.
const MaxKeyFile = 512 << 10

// maxKeys bounds the keys in one set.
const maxKeys = 500

// passedOver marks an error that costs a set one key, and a file with one key everything.
type passedOver struct{ error }

func (p passedOver) Unwrap() error { return p.error }

// Parse reads the keys in a JWK or a JWK Set (RFC 7517), or the one key in PEM (PKCS #1, SEC 1, PKCS #8, SPKI, a
// certificate). alg is for keys that name no algorithm; "" takes RSA-OAEP-256, ECDH-ES, and for a secret of 16 or 32 bytes
// A128KW or A256KW. In a set, keys for something else than encryption are passed over, and several must each have a kid of
// their own.
//
// Errors are ErrKey and those of NewKey. They never show what is in a key.
func Parse(data []byte, alg string) ([]*Key, error) {
	if len(data) > MaxKeyFile {
		return nil, fmt.Errorf("%w: more than %d KiB", ErrKey, MaxKeyFile>>10)
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))) // some editors put a byte order mark first
	switch {
	case bytes.HasPrefix(data, []byte("{")):
		return parseJSON(data, alg)
	case bytes.Contains(data, []byte("-----BEGIN ")):
		k, err := parsePEM(data, alg)
		return []*Key{k}, err
	}
	return nil, fmt.Errorf("%w: neither JSON nor PEM", ErrKey)
}

func parseJSON(data []byte, alg string) ([]*Key, error) {
	top, err := readObject(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	case top.has("kty"):
		k, err := parseJWK(top, alg)
		return []*Key{k}, err
	case !top.has("keys"):
		return nil, fmt.Errorf("%w: a JSON object without \"kty\" or \"keys\"", ErrKey)
	}
	return parseSet(top["keys"], alg)
}

func parseSet(value json.RawMessage, alg string) ([]*Key, error) {
	var values []json.RawMessage
	if err := json.Unmarshal(value, &values); err != nil || len(values) > maxKeys {
		return nil, fmt.Errorf("%w: \"keys\" that is not an array of up to %d", ErrKey, maxKeys)
	}
	var keys []*Key
	passed := errors.New("it is empty")
	for i, value := range values {
		j, err := readObject(value)
		if err != nil {
			return nil, fmt.Errorf("key %d of the set: %w: %w", i+1, ErrKey, err)
		}
		k, err := parseJWK(j, alg)
		switch {
		case err == nil:
			keys = append(keys, k)
		case errors.As(err, new(passedOver)):
			passed = err
		default:
			return nil, fmt.Errorf("key %d of the set: %w", i+1, err)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: none in the set of %d: %w", ErrKey, len(values), passed)
	}
	return keys, distinct(keys)
}

// distinct refuses several keys that a kid could not tell apart.
func distinct(keys []*Key) error {
	for i, k := range keys {
		switch {
		case len(keys) > 1 && k.id == "":
			return fmt.Errorf("%w: a set of several keys, and not each has a kid", ErrKey)
		case slices.ContainsFunc(keys[:i], func(other *Key) bool { return other.id == k.id }):
			return fmt.Errorf("%w: a set in which the kid %.64q stands twice", ErrKey, k.id)
		}
	}
	return nil
}

func parseJWK(j object, asked string) (*Key, error) {
	if err := forEncryption(j); err != nil {
		return nil, err
	}
	kid, err := j.text("kid")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	named, err := j.text("alg")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	material, err := j.material()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	k, err := newKey(kid, named, asked, material)
	switch {
	case errors.Is(err, token.ErrUnknownAlgorithm): // for signatures, perhaps
		return nil, passedOver{fmt.Errorf("%w: %w", ErrKey, err)}
	case named == "" && asked != "" && errors.Is(err, token.ErrKeyMismatch):
		return nil, passedOver{err} // it names no algorithm, and is not of the kind that was asked for
	}
	return k, err
}

// newKey makes the key of one material read from a file, which itself may name its algorithm.
func newKey(kid, named, asked string, material any) (*Key, error) {
	if named != "" && asked != "" && named != asked {
		return nil, passedOver{fmt.Errorf("%w: it is for %.64q, and %s was asked for", ErrKey, named, asked)}
	}
	alg := cmp.Or(named, asked, defaultAlgorithm(material))
	if alg != "" {
		return NewKey(kid, alg, material)
	}
	if secret, ok := material.([]byte); ok {
		return nil, passedOver{fmt.Errorf("%w: a secret of %d bytes that names no algorithm, and 16 or 32 are wanted", ErrKey, len(secret))}
	}
	return nil, passedOver{fmt.Errorf("%w: a %T", ErrKey, material)}
}

// forEncryption refuses a key that is of no kind of ours, says that it is meant for something else (RFC 7517 sections 4.2
// and 4.3), or was marked as revoked (OpenID Federation 1.0).
func forEncryption(j object) error {
	kty, _ := j.text("kty")
	crv, _ := j.text("crv")
	use, _ := j.text("use")
	switch {
	case !slices.Contains([]string{"RSA", "EC", "oct"}, kty):
		return passedOver{fmt.Errorf("%w: it is of the kind %.64q", ErrKey, kty)}
	case j.has("oth"):
		return passedOver{fmt.Errorf("%w: it has more than two primes", ErrKey)}
	case kty == "EC" && !slices.Contains([]string{"P-256", "P-384", "P-521"}, crv):
		return passedOver{fmt.Errorf("%w: it is on the curve %.64q", ErrKey, crv)}
	case j.has("use") && use != "enc":
		return passedOver{fmt.Errorf("%w: its use is %.64q, not \"enc\"", ErrKey, use)}
	case j.has("key_ops") && !opsAllow(j):
		return passedOver{fmt.Errorf("%w: its key_ops do not allow it", ErrKey)}
	case j.has("revoked"):
		return passedOver{fmt.Errorf("%w: it is marked as revoked", ErrKey)}
	}
	return nil
}

// opsAllow looks for an operation of encryption. The list of a public EC key is empty where Web Crypto wrote it: there is
// nothing that it alone could do.
func opsAllow(j object) bool {
	var ops []string
	if json.Unmarshal(j["key_ops"], &ops) != nil {
		return false
	}
	encryption := []string{"encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits"}
	return slices.ContainsFunc(ops, func(op string) bool { return slices.Contains(encryption, op) }) ||
		len(ops) == 0 && j.has("crv") && !j.has("d")
}
