package keyring

import (
	"errors"
	"fmt"
	"slices"

	"jotkit/token"
)

// check makes a key for signatures of one in a file, its private half included.
func (o ParseOptions) check(u token.UncheckedKey) (*token.Key, error) {
	if err := forSignatures(u); err != nil {
		return nil, token.PassOver(err)
	}
	if o.Published && u.Private {
		return nil, givenAway("a private key")
	}
	public, err := o.public(u)
	if err == nil && o.Published && public.Symmetric() {
		err = givenAway("a secret")
	}
	if err != nil || public.Symmetric() || !u.Private {
		return public, err
	}
	whole, err := u.Whole()
	if err != nil {
		return nil, err
	}
	return token.NewKey(public.ID(), public.Algorithm(), whole)
}

// givenAway is for a key whose owner shows it to everybody: what it signs may be anyone's.
func givenAway(what string) error {
	return fmt.Errorf("%w: %s in it, which nobody may publish: whoever reads it can make tokens", ErrSet, what)
}

// forSignatures refuses a key that says it is meant for something else (RFC 7517 sections 4.2 and 4.3), and one that its
// issuer has marked as revoked (OpenID Federation 1.0).
func forSignatures(u token.UncheckedKey) error {
	switch {
	case u.Use != nil && *u.Use != "sig":
		return fmt.Errorf("%w: its use is %s, not \"sig\"", ErrUnsupported, shown(*u.Use))
	case u.Operations != nil && !opsAllow(u):
		return fmt.Errorf("%w: its key_ops do not allow what it would be used for", ErrUnsupported)
	case u.Revoked:
		return fmt.Errorf("%w: it is marked as revoked", ErrUnsupported)
	}
	return nil
}

// opsAllow asks a private key for "sign", a public one for "verify", and a symmetric one for either.
func opsAllow(u token.UncheckedKey) bool {
	sign, verify := slices.Contains(u.Operations, "sign"), slices.Contains(u.Operations, "verify")
	switch {
	case u.Symmetric:
		return sign || verify
	case u.Private:
		return sign
	}
	return verify
}

// public makes the key of the public half, or of a secret whole. Its kid is "" where the file has none.
func (o ParseOptions) public(u token.UncheckedKey) (*token.Key, error) {
	material, err := u.Public()
	if err != nil {
		return nil, err
	}
	alg := u.Algorithm
	switch {
	case alg == "" && o.Algorithm == "":
		alg = token.DefaultAlgorithm(material)
	case alg == "":
		alg = o.Algorithm
	case o.Algorithm != "" && o.Algorithm != alg:
		return nil, token.PassOver(fmt.Errorf("%w: it says it is for %s, and %s was asked for",
			token.ErrKeyMismatch, shown(alg), shown(o.Algorithm)))
	}
	k, err := token.NewKey(u.KID, alg, material)
	switch {
	case errors.Is(err, token.ErrUnknownAlgorithm) && u.Algorithm != "":
		err = token.PassOver(fmt.Errorf("%w: it is for the algorithm %s: %w", ErrUnsupported, shown(alg), token.ErrUnknownAlgorithm))
	case errors.Is(err, token.ErrKeyMismatch) && u.Algorithm == "" && o.Algorithm != "":
		err = token.PassOver(err) // it names no algorithm, and is not of the kind that was asked for
	}
	return k, err
}
