package keyring

import "errors"

var (
	// ErrNotAKey comes back for what is no key at all, or not one that can be read; the text says what was seen instead.
	ErrNotAKey = errors.New("not a key")
	// ErrUnsupported comes back for a key that may be sound but is of no use here: of an unknown kind, or meant for
	// something else than signatures. In a set such keys are passed over (RFC 7517 section 5).
	ErrUnsupported = errors.New("key not usable here")
	// ErrSet comes back for several keys that must not stand together (token.ErrKeySet tells why), and for a set with no
	// usable key or too many.
	ErrSet = errors.New("key set refused")
	// ErrNoPublicForm comes back when a symmetric key is to be written for everyone to read.
	ErrNoPublicForm = errors.New("a symmetric key has no public form")
	// ErrClock comes back from New and from a rotation when the clock cannot be right: it shows a time before the newest key
	// was made, or before 1970.
	ErrClock = errors.New("the clock cannot be right")
	// ErrAmbiguous comes back from Find when several keys fit.
	ErrAmbiguous = errors.New("several keys fit")
	// ErrNoKey comes back when the ring holds no such key.
	ErrNoKey = errors.New("no such key")
	// ErrExists comes back from Import for a kid that the ring holds already.
	ErrExists = errors.New("key is in the ring already")
	// ErrRing comes back from Unmarshal for bytes that are no ring, or a ring that breaks its own rules.
	ErrRing = errors.New("key ring damaged")
)
