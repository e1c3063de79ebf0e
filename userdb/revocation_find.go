package userdb

import (
	"errors"
	"fmt"
	"strings"

	"jotkit/userdb/kv"
)

// FindRevocation returns the one revocation whose digest begins with id, which is 12 to 24 lower-case hex digits, or
// ErrNoRevocation.
func FindRevocation(r kv.Reader, id string) (*Revocation, error) {
	none := fmt.Errorf("%w: %q", ErrNoRevocation, id)
	if len(id) < shortID || strings.Trim(id, "0123456789abcdef") != "" {
		return nil, none
	}
	name, value, err := r.Floor(revocationPrefix + id + "g") // "g" comes after every hex digit
	if err == nil && strings.HasPrefix(name, revocationPrefix+id) {
		found, err := parseRevocation(name, value)
		if err != nil {
			return nil, err
		}
		return found, alone(r, found.Digest, id)
	}
	if err == nil || errors.Is(err, kv.ErrNotFound) {
		return nil, none
	}
	return nil, err
}

// alone tells whether no other revocation before this one begins with id.
func alone(r kv.Reader, d Digest, id string) error {
	before, ok := d.before()
	if !ok {
		return nil
	}
	name, _, err := r.Floor(revocationPrefix + before.String())
	if err == nil && strings.HasPrefix(name, revocationPrefix+id) {
		return fmt.Errorf("%w: %q is the start of several", ErrNoRevocation, id)
	}
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	return err
}
