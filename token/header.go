package token

import (
	"encoding/json"
	"errors"
	"fmt"
)

// A Header is the protected header of a token (RFC 7515 section 4).
type Header struct {
	Algorithm string // alg
	KeyID     string // kid, or ""
	Type      string // typ, or ""
	members   Members
	raw       []byte
}

// JSON is the header as it was received.
func (h Header) JSON() json.RawMessage { return h.raw }

// parseHeader reads a header whose JSON is strict and whose alg, kid and typ are strings. Parameters of RFC 7515 that
// bring or point to keys (jwk, jku, x5c, x5u) are left alone: a token does not choose who vouches for it.
func parseHeader(raw []byte) (Header, error) {
	members, err := ParseObject(raw)
	if err != nil {
		return Header{}, err
	}
	h := Header{members: members, raw: raw}
	for _, want := range []struct {
		name string
		to   *string
	}{{"alg", &h.Algorithm}, {"kid", &h.KeyID}, {"typ", &h.Type}} {
		value, there := members.Value(want.name)
		if !there {
			continue
		}
		var ok bool
		if *want.to, ok = text(value); !ok {
			return Header{}, fmt.Errorf("a %s that is no string", want.name)
		}
	}
	if h.Algorithm == "" {
		return Header{}, errors.New("no alg")
	}
	return h, nil
}

// extension names a parameter that changes what the signature means or what must be understood, or is "". jotkit
// implements none, so RFC 7515 section 4.1.11 has such a token refused; b64 (RFC 7797) is one even without crit.
func (h Header) extension() string {
	for _, name := range []string{"crit", "b64"} {
		if _, there := h.members.Value(name); there {
			return name
		}
	}
	return ""
}
