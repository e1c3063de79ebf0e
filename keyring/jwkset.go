package keyring

import (
	"encoding/json"
	"fmt"
)

// readSet reads a JWK Set.
func readSet(top object) (*file, error) {
	jwks, err := membersOf(top)
	if err != nil {
		return nil, err
	}
	f := &file{set: true}
	for i, j := range jwks {
		u, err := uncheckedJWK(j)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", nameInSet(i, j), err)
		}
		f.keys = append(f.keys, found{nameInSet(i, j), u})
	}
	return f, nil
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
