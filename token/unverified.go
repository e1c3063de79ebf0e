package token

import (
	"encoding/json"
	"fmt"
	"time"
)

// An Unverified is a token that has been read and nothing more: anyone may have written what it says.
type Unverified struct {
	Header    Header
	members   Members
	payload   []byte
	signature []byte
}

// Decode reads a token without verifying it. What it refuses is not a JWT (Malformed): the shape, the alphabet, and the
// JSON of both parts are held to the same rules as in verification, but values may be anything.
func Decode(raw string) (*Unverified, error) {
	var d desk
	parts, err := d.take(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", Malformed, err)
	}
	header, err := d.readHeader(parts.header)
	if err != nil {
		return nil, fmt.Errorf("%w: the header: %w", Malformed, err)
	}
	members, err := ParseObject(d.payload)
	if err != nil {
		return nil, fmt.Errorf("%w: the payload: %w", Malformed, err)
	}
	return &Unverified{Header: header, members: members, payload: d.payload, signature: d.signature}, nil
}

// Payload is the payload as it was received.
func (u *Unverified) Payload() json.RawMessage { return u.payload }

// Signature is the signature's bytes.
func (u *Unverified) Signature() []byte { return u.signature }

// Times reads exp, nbf and iat as far as they are NumericDates.
func (u *Unverified) Times() (exp, nbf, iat NumericDate) {
	return dateOf(u.members, "exp"), dateOf(u.members, "nbf"), dateOf(u.members, "iat")
}

// Outlives tells whether the token may still be used at a time, going by exp and nbf alone, without any leeway: nil, or the
// worst [Reason] that holds with the dates in words. Malformed is one that is no NumericDate, ClaimMismatch a token without
// exp, TooLittleLife one that lives for less than least. It is for who holds a token and wants to know when to fetch the
// next; whether it is genuine it does not tell.
func (u *Unverified) Outlives(now time.Time, least time.Duration) error {
	for _, name := range []string{"exp", "nbf"} {
		if value, there := u.members.Value(name); there && dateOf(u.members, name).IsZero() {
			return fmt.Errorf("%w: %s is no number of seconds, 0 < x < 2^53: %s", Malformed, name, abridged(value))
		}
	}
	exp, nbf, _ := u.Times()
	switch left := exp.Sub(now); {
	case !exp.IsZero() && left <= 0:
		return fmt.Errorf("%w: exp was %s", Expired, exp)
	case nbf.After(now):
		return fmt.Errorf("%w: nbf is %s", NotYetValid, nbf)
	case exp.IsZero():
		return fmt.Errorf("%w: it has no exp", ClaimMismatch)
	case left < least:
		return fmt.Errorf("%w: exp is %s, %s away, and at least %s is asked for", TooLittleLife, exp, whole(left), least)
	}
	return nil
}

// Text returns a claim that is a string, or "".
func (u *Unverified) Text(name string) string { return u.members.Text(name) }

func dateOf(members Members, name string) NumericDate {
	value, _ := members.Value(name)
	date, _ := parseDate(string(value))
	return date
}
