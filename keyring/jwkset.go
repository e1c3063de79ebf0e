package keyring

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"jotkit/token"
)

// parseSet reads a JWK Set. A key of an unknown kind or for another purpose is passed over (RFC 7517 section 5); a key
// that is one of ours and broken or weak is not, for nobody would notice until a token of it is refused.
func parseSet(top object, o ParseOptions) ([]*token.Key, error) {
	jwks, err := membersOf(top)
	if err != nil {
		return nil, err
	}
	var keys []*token.Key
	var passed error
	for i, j := range jwks {
		k, err := parseJWK(j, o)
		if err == nil {
			keys = append(keys, k)
			continue
		}
		err = fmt.Errorf("%s: %w", nameInSet(i, j), err)
		if !errors.As(err, new(passedOver)) {
			return nil, err
		}
		passed = cmp.Or(passed, err)
	}
	switch {
	case len(jwks) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrSet)
	case len(keys) == 0:
		return nil, fmt.Errorf("%w: none of its %d keys can be used: %w", ErrSet, len(jwks), passed)
	case len(keys) == 1:
		return []*token.Key{o.finish(keys[0])}, nil
	}
	if _, err := token.NewKeySet(keys...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSet, err)
	}
	return keys, nil
}

// membersOf reads the objects in "keys".
func membersOf(top object) ([]object, error) {
	if top["keys"].Kind() != '[' {
		return nil, fmt.Errorf("%w: member \"keys\" is not an array", ErrNotAKey)
	}
	var values []json.RawMessage
	if err := json.Unmarshal(top["keys"], &values); err != nil {
		return nil, fmt.Errorf("%w: member \"keys\" is not an array", ErrNotAKey)
	}
	if len(values) > maxKeys {
		return nil, fmt.Errorf("%w: more than %d keys", ErrSet, maxKeys)
	}
	jwks := make([]object, len(values))
	for i, value := range values {
		var err error
		if jwks[i], err = readObject(value); err != nil {
			return nil, fmt.Errorf("key %d of the set: %w", i+1, err)
		}
	}
	return jwks, nil
}

func nameInSet(i int, j object) string {
	if kid, err := j.text("kid"); err == nil && kid != "" {
		return fmt.Sprintf("key %d of the set (kid %s)", i+1, shown(kid))
	}
	return fmt.Sprintf("key %d of the set", i+1)
}
