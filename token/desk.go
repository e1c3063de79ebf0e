package token

import (
	"strings"
	"sync"
)

// A desk is what a verification is done on. It is used again for the next one.
type desk struct {
	header, payload, signature []byte // decoded
	json                       objectReader
	// The header that was read last, and how it stood in its token: whoever signs gives the same one to all tokens of a key.
	last   Header
	lastIn string
}

var desks = sync.Pool{New: func() any { return new(desk) }}

// take takes a token apart, and lays what its parts read on the desk.
func (d *desk) take(raw string) (parts compact, err error) {
	if parts, err = split(raw); err != nil {
		return parts, err
	}
	if parts.header != d.lastIn || d.lastIn == "" {
		d.lastIn = ""
		if d.header, err = decoded(d.header[:0], raw, parts.header, "header"); err != nil {
			return parts, err
		}
	}
	if d.payload, err = decoded(d.payload[:0], raw, parts.payload, "payload"); err != nil {
		return parts, err
	}
	d.signature, err = decoded(d.signature[:0], raw, parts.signature, "signature")
	return parts, err
}

// readHeader reads the header on the desk, which stood in its token as in.
func (d *desk) readHeader(in string) (h Header, err error) {
	if d.lastIn != "" {
		return d.last, nil
	}
	if d.last, err = d.json.header(string(d.header)); err == nil {
		d.lastIn = strings.Clone(in)
	}
	return d.last, err
}
