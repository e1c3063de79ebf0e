package keyring

import (
	"errors"
	"fmt"
	"slices"

	"jotkit/token"
)

// maxKid bounds a kid in bytes: it goes into the header of every token.
const maxKid = 1024

// parseJSON reads a JWK or a JWK Set.
func parseJSON(data []byte, o ParseOptions) ([]*token.Key, error) {
	top, err := readObject(data)
	switch {
	case err != nil:
		return nil, err
	case top.has("kty"):
		k, err := parseJWK(top, o)
		if err != nil {
			return nil, err
		}
		return []*token.Key{o.finish(k)}, nil
	case top.has("keys"):
		return parseSet(top, o)
	}
	return nil, fmt.Errorf("%w: %s", ErrNotAKey, whatJSONItIs(top))
}

// parseJWK reads one JWK, its private half included, and leaves its kid "" where the JWK has none.
func parseJWK(j object, o ParseOptions) (*token.Key, error) {
	if err := forSignatures(j); err != nil {
		return nil, err
	}
	if o.Published && hasPrivate(j) {
		return nil, givenAway("a private key")
	}
	public, err := publicJWK(j, o)
	if err == nil && o.Published && public.Symmetric() {
		err = givenAway("a secret")
	}
	if err != nil || public.Symmetric() || !hasPrivate(j) {
		return public, err
	}
	return withPrivate(j, public)
}

// givenAway is for a key whose owner shows it to everybody: what it signs may be anyone's.
func givenAway(what string) error {
	return fmt.Errorf("%w: %s in it, which nobody may publish: whoever reads it can make tokens", ErrSet, what)
}

// publicJWK reads the public half of a JWK, or the whole of a symmetric one.
func publicJWK(j object, o ParseOptions) (*token.Key, error) {
	kid, err := j.text("kid")
	if err != nil {
		return nil, err
	}
	if len(kid) > maxKid {
		return nil, fmt.Errorf("%w: a kid of more than %d bytes", ErrNotAKey, maxKid)
	}
	alg, err := j.text("alg")
	if err != nil {
		return nil, err
	}
	material, err := publicMaterial(j)
	if err != nil {
		return nil, err
	}
	k, err := o.key(kid, alg, material)
	switch {
	case errors.Is(err, token.ErrUnknownAlgorithm) && alg != "":
		return nil, passedOver{fmt.Errorf("%w: it is for the algorithm %s: %w", ErrUnsupported, shown(alg), token.ErrUnknownAlgorithm)}
	case errors.Is(err, token.ErrKeyMismatch) && alg == "" && o.Algorithm != "":
		return nil, passedOver{err} // it names no algorithm, and is not of the kind that was asked for
	}
	return k, err
}

// withPrivate adds the private half of the JWK to its public half, and refuses one that belongs to another key.
func withPrivate(j object, public *token.Key) (*token.Key, error) {
	private, err := privateMaterial(j, public.Material())
	if err != nil {
		return nil, err
	}
	return token.NewKey(public.ID(), public.Algorithm(), private)
}

// forSignatures refuses a key that says it is meant for something else (RFC 7517 sections 4.2 and 4.3), and one that its
// issuer has marked as revoked (OpenID Federation 1.0).
func forSignatures(j object) error {
	use, err := j.text("use")
	if err != nil {
		return err
	}
	ops, err := j.list("key_ops")
	if err != nil {
		return err
	}
	switch {
	case j.has("use") && use != "sig":
		return passedOver{fmt.Errorf("%w: its use is %s, not \"sig\"", ErrUnsupported, shown(use))}
	case j.has("key_ops") && !opsAllow(ops, j):
		return passedOver{fmt.Errorf("%w: its key_ops do not allow what it would be used for", ErrUnsupported)}
	case j.has("revoked"):
		return passedOver{fmt.Errorf("%w: it is marked as revoked", ErrUnsupported)}
	}
	return nil
}

// opsAllow asks a private key for "sign", a public one for "verify", and a symmetric one for either.
func opsAllow(ops []string, j object) bool {
	sign, verify := slices.Contains(ops, "sign"), slices.Contains(ops, "verify")
	switch {
	case j.has("k"):
		return sign || verify
	case hasPrivate(j):
		return sign
	}
	return verify
}
