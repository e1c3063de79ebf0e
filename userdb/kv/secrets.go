package kv

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
)

// SecretsName is the record that holds the [Secrets] of a store. Package sealed seals it under the seal key itself, and
// every other record under the data key in it.
const SecretsName = "keys"

// CopyName is the record of a store that is being copied there, instead of [SecretsName], which comes last: so nobody takes
// what is not whole for a store. Its value is the id of the store.
const CopyName = "copying"

// Secrets are the random keys of one store, 32 bytes each, made with it.
type Secrets struct {
	Data    []byte `json:"data"`    // seals records
	Digest  []byte `json:"digest"`  // turns ids into the digests of the deny list and of names that were tried
	Refresh []byte `json:"refresh"` // authenticates refresh tokens
	Audit   []byte `json:"audit"`   // authenticates the lines of the audit chains
}

// NewSecrets makes the secrets of a new store.
func NewSecrets() Secrets {
	return Secrets{Data: secret(), Digest: secret(), Refresh: secret(), Audit: secret()}
}

func secret() []byte {
	b := make([]byte, 32)
	rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	return b
}

// ReadSecrets reads the secrets of a store. A store without them, or with a short one, is ErrDamaged.
func ReadSecrets(r Reader) (Secrets, error) {
	value, err := r.Get(SecretsName)
	if errors.Is(err, ErrNotFound) {
		return Secrets{}, fmt.Errorf("%w: record %q is missing", ErrDamaged, SecretsName)
	}
	if err != nil {
		return Secrets{}, err
	}
	return ParseSecrets(value)
}

// ParseSecrets reads the value of the record [SecretsName].
func ParseSecrets(value []byte) (Secrets, error) {
	var s Secrets
	if err := json.Unmarshal(value, &s); err != nil {
		return Secrets{}, fmt.Errorf("%w: record %q is no JSON object of keys", ErrDamaged, SecretsName)
	}
	for _, k := range [][]byte{s.Data, s.Digest, s.Refresh, s.Audit} {
		if len(k) != 32 {
			return Secrets{}, fmt.Errorf("%w: record %q lacks a key of 32 bytes", ErrDamaged, SecretsName)
		}
	}
	return s, nil
}

// PutSecrets writes the secrets of a store.
func PutSecrets(tx Tx, s Secrets) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.Put(SecretsName, value)
}
