package userdb

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"jotkit/userdb/kv"
)

// A DenyKey is the key under which ids become the digests of one deny list. It is derived from the digest key of the
// store and gives nothing else of it away, so that it may leave the store with the list. Who has both can ask of an id
// whether, when and until when it is denied; they cannot read the ids out of the list, but they can guess.
type DenyKey [sha256.Size]byte

// denyKeyOf derives the key of a store's deny list (RFC 5869 section 3.3: what is uniformly random already need
// not be extracted from).
func denyKeyOf(secrets kv.Secrets) (DenyKey, error) {
	if err := checkDigestKey(secrets); err != nil {
		return DenyKey{}, err
	}
	key, err := hkdf.Expand(sha256.New, secrets.Digest, "deny list", sha256.Size)
	if err != nil {
		return DenyKey{}, err
	}
	return DenyKey(key), nil
}

// digest returns what stands for an id in the list of this key, or ErrDenyID.
func (k DenyKey) digest(kind Kind, id string) (Digest, error) {
	if err := checkDenied(kind, id); err != nil {
		return Digest{}, err
	}
	return digestUnder(k[:], string(kind), id), nil
}

// checkDenied is ErrDenyID for what cannot be on a deny list.
func checkDenied(kind Kind, id string) error {
	switch kind {
	case KindToken, KindSession, KindUser, KindKey:
	default:
		return fmt.Errorf("%w: kind %q", ErrDenyID, kind)
	}
	if id == "" {
		return fmt.Errorf("%w: a %s without an id", ErrDenyID, kind)
	}
	return nil
}
