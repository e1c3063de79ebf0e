package remote

import "errors"

var (
	// ErrAddress comes back for an address that is never asked: not https, or http elsewhere than on loopback, or one with
	// a user, a query or a fragment where none may be.
	ErrAddress = errors.New("address refused")
	// ErrUnavailable comes back when the keys could not be had: no answer, one of another status, too long a one, or one
	// that is no set of public keys. Keyring's errors are within it where the answer was read.
	ErrUnavailable = errors.New("keys unavailable")
	// ErrIssuer comes back when the metadata is that of another issuer than the one that was asked (RFC 8414 section 3.3).
	ErrIssuer = errors.New("another issuer")
	// ErrNotKept comes back from a client that is offline, when there is no copy of what it would have to ask for.
	ErrNotKept = errors.New("no copy to use offline")
	// ErrKept is within an error for what could not be had, when there is a copy that is past its time.
	ErrKept = errors.New("there is a copy")
)
