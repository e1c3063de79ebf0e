package token

import (
	"context"
	"errors"
	"fmt"
)

var (
	// ErrUnknownKey comes back from a KeySource that has no key for the id asked for.
	ErrUnknownKey = errors.New("unknown key")
	// ErrKeySet comes back for keys that must not stand in one set.
	ErrKeySet = errors.New("unsound key set")
)

// A KeySource finds the key that a token names by its kid. The id comes from a stranger: a source compares it with the
// ids it has, and makes no path, query or address of it.
type KeySource interface {
	// Key returns the key of this id. A token without kid asks for "", which means the only key there is. Where there is
	// no such key the error is ErrUnknownKey; any other means that the answer is not known.
	Key(ctx context.Context, kid string) (*Key, error)
}

// A KeySet is a fixed set of keys. The zero set holds none.
type KeySet struct {
	byID map[string]*Key
	only *Key // where there is one
}

// NewKeySet makes a set. It refuses (ErrKeySet) two keys with one id, a key without id among several, and secrets beside
// public keys: who can choose the algorithm could otherwise have a public key taken for a secret.
func NewKeySet(keys ...*Key) (*KeySet, error) {
	s := &KeySet{byID: make(map[string]*Key, len(keys))}
	for _, k := range keys {
		switch {
		case k.id == "" && len(keys) > 1:
			return nil, fmt.Errorf("%w: a key without kid among %d", ErrKeySet, len(keys))
		case s.byID[k.id] != nil:
			return nil, fmt.Errorf("%w: the kid %q stands twice", ErrKeySet, k.id)
		case k.Symmetric() != keys[0].Symmetric():
			return nil, fmt.Errorf("%w: secrets and public keys together", ErrKeySet)
		}
		s.byID[k.id] = k
	}
	if len(keys) == 1 {
		s.only = keys[0]
	}
	return s, nil
}

// Key finds a key by its id, compared where both sides have one.
func (s *KeySet) Key(_ context.Context, kid string) (*Key, error) {
	switch {
	case s.only != nil && (kid == "" || s.only.id == ""):
		return s.only, nil
	case kid == "":
		return nil, fmt.Errorf("%w: the token has no kid, and there are %d keys", ErrUnknownKey, len(s.byID))
	}
	if k := s.byID[kid]; k != nil {
		return k, nil
	}
	return nil, fmt.Errorf("%w: no key has the kid %q", ErrUnknownKey, kid)
}
