package keyring

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"jotkit/token"
)

// file is what a key file holds.
type file struct {
	keys []found
	set  bool // a JWK Set, in which there may be keys for others
}

// found is one key in a file, and how to name it in an error: "" for the only one.
type found struct {
	name string
	token.UncheckedKey
}

// Read reads a key file of any form that Parse reads, and has check decide about each key: Parse is that for signatures. In a
// JWK Set a key with a token.PassedOver error is passed over (RFC 7517 section 5), unless it is so with all; any
// other error refuses the file, for nobody would notice a broken key until it is missed.
//
// Errors are ErrNotAKey, ErrUnsupported, ErrSet, token.ErrKeyMismatch, token.ErrWeakKey and those of check.
func Read[K any](data []byte, check func(token.UncheckedKey) (K, error)) ([]K, error) {
	f, err := readFile(data)
	if err != nil {
		return nil, err
	}
	return checked(f, check)
}

func readFile(data []byte) (*file, error) {
	data, err := trimmed(data)
	switch {
	case err != nil:
		return nil, err
	case bytes.HasPrefix(data, []byte("{")):
		return readJSON(data)
	case bytes.Contains(data, []byte("-----BEGIN ")):
		return readPEM(data)
	case looksLikeAuthorizedKeys(data):
		return readAuthorizedKeys(data)
	}
	return nil, fmt.Errorf("%w: %s", ErrNotAKey, WhatItIs(data))
}

func checked[K any](f *file, check func(token.UncheckedKey) (K, error)) ([]K, error) {
	var keys []K
	var passed error
	for _, one := range f.keys {
		k, err := check(one.UncheckedKey)
		if err == nil {
			keys = append(keys, k)
			continue
		}
		if one.name != "" {
			err = fmt.Errorf("%s: %w", one.name, err)
		}
		if !f.set || !errors.As(err, new(token.PassedOver)) {
			return nil, err
		}
		passed = cmp.Or(passed, err)
	}
	switch {
	case len(f.keys) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrSet)
	case len(keys) == 0:
		return nil, fmt.Errorf("%w: none of its %d keys can be used: %w", ErrSet, len(f.keys), passed)
	}
	return keys, nil
}

// withoutNames is what a file holds whose form has no place for names, nor for what a key is for.
func withoutNames(materials []any) *file {
	f := new(file)
	for i, m := range materials {
		u := token.UncheckedKey{
			Private: isPrivate(m),
			Public:  func() (any, error) { return publicOf(m), nil },
			Whole:   func() (any, error) { return m, nil },
		}
		name := ""
		if len(materials) > 1 {
			name = fmt.Sprintf("key %d of the file", i+1)
		}
		f.keys = append(f.keys, found{name, u})
	}
	return f
}
