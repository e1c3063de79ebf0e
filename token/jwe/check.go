package jwe

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"jotkit/token"
)

// Check makes a key for encryption of one that was read from a file. asked is the algorithm for keys that name none; ""
// takes RSA-OAEP-256, ECDH-ES, and for a secret of 16 or 32 bytes A128KW or A256KW.
//
// Errors are ErrKey for a key that is meant for something else, those of NewKey, and those of reading it. Of a set, a key
// that is for something else, or not for what was asked, is to be passed over (token.PassedOver).
func Check(u token.UncheckedKey, asked string) (*Key, error) {
	if err := forEncryption(u, asked); err != nil {
		return nil, token.PassOver(fmt.Errorf("%w: %w", ErrKey, err))
	}
	public, err := u.Public()
	if err != nil {
		return nil, err
	}
	alg := cmp.Or(u.Algorithm, asked, defaultAlgorithm(public))
	if err := noUse(u, alg, public); err != nil {
		return nil, token.PassOver(fmt.Errorf("%w: %w", ErrKey, err))
	}
	k, err := NewKey(u.KID, alg, public)
	switch {
	case u.Algorithm == "" && asked != "" && errors.Is(err, token.ErrKeyMismatch):
		return nil, token.PassOver(err) // it names no algorithm, and is not of the kind that was asked for
	case err != nil || u.Symmetric || !u.Private:
		return k, err
	}
	whole, err := u.Whole()
	if err != nil {
		return nil, err
	}
	return NewKey(u.KID, alg, whole)
}

// forEncryption says what makes a key one for something else (RFC 7517 sections 4.2 to 4.4, RFC 5280 section 4.2.1.3), by
// what its file says of it, or is nil.
func forEncryption(u token.UncheckedKey, asked string) error {
	_, _, unknown := algorithmNamed(u.Algorithm)
	switch {
	case u.Use != nil && *u.Use != "enc":
		return fmt.Errorf("its use is %.64q, not \"enc\"", *u.Use)
	case len(u.Operations) > 0 && !slices.ContainsFunc(u.Operations, encrypts):
		return errOperations
	case u.Revoked:
		return errors.New("it is marked as revoked")
	case slices.ContainsFunc(u.Certificates, forbids):
		return errors.New("the usage of the certificate's key does not allow it")
	case u.Algorithm != "" && unknown != nil: // for signatures, perhaps
		return unknown
	case u.Algorithm != "" && asked != "" && u.Algorithm != asked:
		return fmt.Errorf("it is for %.64q, and %s was asked for", u.Algorithm, asked)
	}
	return nil
}

var errOperations = errors.New("its key_ops do not allow it")

func encrypts(op string) bool {
	return slices.Contains([]string{"encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits"}, op)
}

func forbids(c *x509.Certificate) bool {
	const encrypts = x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment | x509.KeyUsageKeyAgreement
	return c.KeyUsage != 0 && c.KeyUsage&encrypts == 0
}

// noUse says why there is nothing here that a key could be used for, by its kind, or is nil. key_ops are empty for a public
// EC key where Web Crypto wrote them: there is nothing that it alone could do.
func noUse(u token.UncheckedKey, alg string, public any) error {
	_, ec := public.(*ecdsa.PublicKey)
	_, ed := public.(ed25519.PublicKey)
	secret, _ := public.([]byte)
	switch {
	case u.Operations != nil && len(u.Operations) == 0 && (!ec || u.Private):
		return errOperations
	case ed:
		return errors.New("an Ed25519 key is for signatures alone")
	case alg == "":
		return fmt.Errorf("a secret of %d bytes that names no algorithm, and 16 or 32 are wanted", len(secret))
	}
	return nil
}

// Distinct refuses several keys that the kid of a token could not tell apart, with ErrKey.
func Distinct(keys []*Key) error {
	for i, k := range keys {
		switch {
		case len(keys) > 1 && k.id == "":
			return fmt.Errorf("%w: several keys, and not each has a kid", ErrKey)
		case slices.ContainsFunc(keys[:i], func(other *Key) bool { return other.id == k.id }):
			return fmt.Errorf("%w: a set in which the kid %.64q stands twice", ErrKey, k.id)
		}
	}
	return nil
}
