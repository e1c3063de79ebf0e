package keyring

import (
	"bytes"
	"fmt"

	"jotkit/token"
)

// ParseSet reads a JWK Set and nothing else, for places where an issuer publishes its keys: what else Parse can read would
// be there by mistake. Errors are as those of Parse, and ErrSet for what is no set.
func ParseSet(data []byte, o ParseOptions) ([]*token.Key, error) {
	data, err := trimmed(data)
	switch {
	case err != nil:
		return nil, err
	case bytes.Contains(data, []byte("-----BEGIN ")) && !bytes.HasPrefix(data, []byte("{")):
		return nil, fmt.Errorf("%w: PEM, and a JWK Set is wanted", ErrSet)
	case !bytes.HasPrefix(data, []byte("{")):
		return nil, fmt.Errorf("%w: %s", ErrSet, WhatItIs(data))
	}
	top, err := readObject(data)
	switch {
	case err != nil:
		return nil, err
	case top.has("kty"):
		return nil, fmt.Errorf("%w: one JWK, and a JWK Set is an object with \"keys\"", ErrSet)
	case !top.has("keys"):
		return nil, fmt.Errorf("%w: %s", ErrSet, whatJSONItIs(top))
	}
	f, err := readSet(top)
	if err != nil {
		return nil, err
	}
	return o.parse(f)
}
