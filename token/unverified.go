package token

import (
	"encoding/json"
	"fmt"
)

// An Unverified is a token that has been read and nothing more: anyone may have written what it says.
type Unverified struct {
	Header    Header
	members   []Member
	payload   []byte
	signature []byte
}

// Decode reads a token without verifying it. What it refuses is not a JWT (Malformed): the shape, the alphabet, and the
// JSON of both parts are held to the same rules as in verification, but values may be anything.
func Decode(raw string) (*Unverified, error) {
	c, err := split(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", Malformed, err)
	}
	header, err := parseHeader(c.header)
	if err != nil {
		return nil, fmt.Errorf("%w: the header: %w", Malformed, err)
	}
	members, err := ParseObject(c.payload)
	if err != nil {
		return nil, fmt.Errorf("%w: the payload: %w", Malformed, err)
	}
	return &Unverified{Header: header, members: members, payload: c.payload, signature: c.signature}, nil
}

// Payload is the payload as it was received.
func (u *Unverified) Payload() json.RawMessage { return u.payload }

// Signature is the signature's bytes.
func (u *Unverified) Signature() []byte { return u.signature }

// Times reads exp, nbf and iat as far as they are NumericDates.
func (u *Unverified) Times() (exp, nbf, iat NumericDate) {
	return dateOf(u.members, "exp"), dateOf(u.members, "nbf"), dateOf(u.members, "iat")
}

// Text returns a claim that is a string, or "".
func (u *Unverified) Text(name string) string {
	value, _ := member(u.members, name)
	s, _ := text(value)
	return s
}

func dateOf(members []Member, name string) NumericDate {
	value, _ := member(members, name)
	date, _ := parseDate(value)
	return date
}
