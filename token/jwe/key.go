package jwe

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"jotkit/token"
)

var (
	// ErrKey comes back for what is no key, or not one to encrypt with: of an unknown kind, or meant for something else.
	ErrKey = errors.New("not a key for encryption")
	// ErrNoPrivate comes back when a key without a private half is asked to decrypt.
	ErrNoPrivate = errors.New("key cannot decrypt: it has no private half")
)

const (
	// minPassword and maxPassword bound a password in bytes (RFC 7518 section 8.8 recommends at least 16).
	minPassword = 16
	maxPassword = 1024
	// maxKid bounds a kid in bytes: it goes into the header of every token.
	maxKid = 1024
)

// A Key is one key to encrypt to or to decrypt with, bound for life to exactly one key management algorithm. Keys are
// checked when they are made, so one that exists may be used. The zero Key does nothing.
type Key struct {
	id   string
	alg  *management
	only *content // the one content algorithm of a dir key that names one
	// material lies behind a pointer because fmt shows the inside of a copied struct without asking its methods.
	material *any
}

// NewKey makes a key from its id ("" for none), its algorithm and its material: a []byte secret or password, or a public or
// private *rsa or *ecdsa key. It refuses what package token refuses of such keys (token.ErrWeakKey, token.ErrKeyMismatch),
// secrets of another length than the algorithm's, and passwords under 16 bytes (token.ErrWeakKey) or over 1024.
func NewKey(id, alg string, material any) (*Key, error) {
	a, only, err := algorithmNamed(alg)
	if err != nil {
		return nil, err
	}
	k := &Key{id: id, alg: a, only: only}
	if len(id) > maxKid {
		return nil, fmt.Errorf("%w: a kid of more than %d bytes", ErrKey, maxKid)
	}
	if err := k.check(material); err != nil {
		return nil, fmt.Errorf("%s key %.64q: %w", alg, id, err)
	}
	if secret, ok := material.([]byte); ok {
		material = slices.Clone(secret)
	}
	k.material = &material
	return k, nil
}

func (k *Key) check(material any) error {
	switch m := material.(type) {
	case []byte:
		return k.checkSecret(len(m))
	case *rsa.PublicKey, *rsa.PrivateKey:
		if k.alg.family == familyRSA {
			return sound("RS256", m)
		}
	case *ecdsa.PublicKey, *ecdsa.PrivateKey:
		if k.alg.family == familyEC {
			return sound(token.DefaultAlgorithm(m), m)
		}
	}
	return fmt.Errorf("%w: %s", token.ErrKeyMismatch, kindOf(material))
}

// kindOf names what somebody took for a key.
func kindOf(material any) string {
	switch material.(type) {
	case *rsa.PublicKey, *rsa.PrivateKey:
		return "an RSA key"
	case *ecdsa.PublicKey, *ecdsa.PrivateKey:
		return "an EC key"
	}
	return fmt.Sprintf("a %T", material)
}

// sound has package token look at the key as if it were one to sign with: sizes, curves, points and halves are held to the
// same rules. What it says of the key it made is not ours to say.
func sound(alg string, material any) error {
	if alg == "" {
		return fmt.Errorf("%w: a curve that is none of P-256, P-384 and P-521", token.ErrKeyMismatch)
	}
	_, err := token.NewKey("", alg, material)
	return errors.Unwrap(err)
}

func (k *Key) checkSecret(length int) error {
	fits := true
	switch k.alg.family {
	case familyRSA, familyEC:
		return fmt.Errorf("%w: a secret", token.ErrKeyMismatch)
	case familyPassword:
		switch {
		case length < minPassword:
			return fmt.Errorf("%w: a password of %d bytes, and at least %d are wanted", token.ErrWeakKey, length, minPassword)
		case length > maxPassword:
			return fmt.Errorf("%w: a password of more than %d bytes", token.ErrKeyMismatch, maxPassword)
		}
	case familyWrap:
		fits = length == k.alg.wrap
	case familyDirect:
		fits = len(k.direct(length)) > 0
	}
	if !fits {
		return fmt.Errorf("%w: a secret of %d bytes", token.ErrKeyMismatch, length)
	}
	return nil
}

// ID is the key's kid, or "".
func (k *Key) ID() string { return k.id }

// Algorithm is the name of the one key management algorithm of this key, or "" for the zero Key.
func (k *Key) Algorithm() string {
	if k.alg == nil {
		return ""
	}
	return k.alg.name
}

// CanDecrypt tells whether the private half, or the secret, is there.
func (k *Key) CanDecrypt() bool {
	switch k.get().(type) {
	case []byte, *rsa.PrivateKey, *ecdsa.PrivateKey:
		return true
	}
	return false
}

// contents is which content algorithms this key may be used with, the preferred one first.
func (k *Key) contents() []*content {
	if k.alg.family != familyDirect {
		return contents
	}
	secret, _ := k.get().([]byte)
	return k.direct(len(secret))
}

// direct is which content algorithms take a secret of this length in bytes as it is.
func (k *Key) direct(length int) []*content {
	return slices.DeleteFunc(slices.Clone(contents), func(c *content) bool {
		return c.key != length || k.only != nil && k.only != c
	})
}

func (k *Key) get() any {
	if k.material == nil {
		return nil
	}
	return *k.material
}

// public is what others may know of the key, and the secret of a symmetric one.
func (k *Key) public() any {
	switch m := k.get().(type) {
	case *rsa.PrivateKey:
		return &m.PublicKey
	case *ecdsa.PrivateKey:
		return &m.PublicKey
	default:
		return m
	}
}

// String names the key and shows nothing of it, nor do GoString and LogValue.
func (k *Key) String() string { return fmt.Sprintf("%s key %q", k.Algorithm(), k.id) }

// GoString is String.
func (k *Key) GoString() string { return k.String() }

// LogValue is String.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.String()) }
