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
	raw       string
	// extension is a parameter that changes what the signature means or what must be understood, or "". jotkit implements
	// none, so RFC 7515 section 4.1.11 has such a token refused; b64 (RFC 7797) is one even without crit.
	extension string
}

// JSON is the header as it was received.
func (h Header) JSON() json.RawMessage { return json.RawMessage(h.raw) }

// header reads a header whose JSON is strict and whose alg, kid and typ are strings. Parameters of RFC 7515 that bring or
// point to keys (jwk, jku, x5c, x5u) are left alone: a token does not choose who vouches for it.
func (o *objectReader) header(raw string) (Header, error) {
	h := Header{raw: raw}
	var odd error
	o.open(raw)
	for name, value, more := o.next(); more; name, value, more = o.next() {
		var to *string
		switch name {
		case "alg":
			to = &h.Algorithm
		case "kid":
			to = &h.KeyID
		case "typ":
			to = &h.Type
		case "crit", "b64":
			h.extension = max(h.extension, name) // crit, where there are both
			continue
		default:
			continue
		}
		var ok bool
		if *to, ok = text(value); !ok {
			odd = fmt.Errorf("a %s that is no string", name)
		}
	}
	switch {
	case o.err != nil:
		return Header{}, o.err
	case odd != nil:
		return Header{}, odd
	case h.Algorithm == "":
		return Header{}, errors.New("no alg")
	}
	return h, nil
}
