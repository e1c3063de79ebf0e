package sealed

import (
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"jotkit/userdb/kv"
)

// Schema is the version of the records that this package writes, and the highest that it reads. A store of a higher one
// is refused: this program would misread it. There has been no other than 1 yet, so there is nothing to upgrade from. Who
// raises it keeps the stores in testdata/golden readable, and has the first write to an older store upgrade it in one
// commit, after a copy of the file; reading upgrades nothing.
const Schema = 1

// storeIDSize is the length of a store id in bytes.
const storeIDSize = 16

// An envelope is the record [kv.SecretsName] as it lies in the store: what one must know before any key, in clear, and
// the secrets under a key that comes from the seal key.
type envelope struct {
	Schema  uint32 `json:"schema"`
	Store   []byte `json:"store"`
	SealKey string `json:"seal_key"` // its public id
	Secrets []byte `json:"secrets"`
}

// readEnvelope reads the envelope of a store that is not sealed by this code any more than a [kv.Reader] is.
func readEnvelope(r kv.Reader) (envelope, error) {
	value, err := r.Get(kv.SecretsName)
	if errors.Is(err, kv.ErrNotFound) {
		if _, err := r.Get(kv.CopyName); err == nil {
			return envelope{}, kv.ErrUnfinished
		}
		return envelope{}, broken("is missing")
	}
	if err != nil {
		return envelope{}, err
	}
	return parseEnvelope(value)
}

func parseEnvelope(value []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(value, &e); err != nil {
		return envelope{}, broken("is no envelope")
	}
	switch {
	case e.Schema > Schema:
		return envelope{Schema: e.Schema, SealKey: e.SealKey}, fmt.Errorf("%w: the store has %d, this program knows %d", kv.ErrSchema, e.Schema, Schema)
	case e.Schema == 0 || len(e.Store) != storeIDSize || e.SealKey == "" || len(e.Secrets) == 0:
		return envelope{}, broken("is no envelope")
	}
	return e, nil
}

// open gives the secrets to who has the right key.
func (e envelope) open(key Key) (kv.Secrets, error) {
	if id := key.ID(); id != e.SealKey {
		return kv.Secrets{}, fmt.Errorf("%w: it was sealed with key %q, this is %s", kv.ErrSealKey, e.SealKey, called(id))
	}
	aead, err := e.aead(key)
	if err != nil {
		return kv.Secrets{}, err
	}
	plain, err := openBytes(aead, e.Secrets, e.additional())
	if err != nil {
		return kv.Secrets{}, broken("does not open, though the seal key is the right one")
	}
	return kv.ParseSecrets(plain)
}

// seal puts secrets into the envelope under key.
func (e envelope) seal(key Key, secrets kv.Secrets) (envelope, error) {
	if key.IsZero() {
		return envelope{}, fmt.Errorf("%w: there is none", kv.ErrSealKey)
	}
	e.SealKey = key.ID()
	aead, err := e.aead(key)
	if err != nil {
		return envelope{}, err
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return envelope{}, err
	}
	e.Secrets = sealBytes(aead, plain, e.additional())
	return e, nil
}

// put writes the envelope to a store that is not sealed.
func (e envelope) put(tx kv.Tx) error {
	value, err := e.bytes()
	if err != nil {
		return err
	}
	return tx.Put(kv.SecretsName, value)
}

// bytes is the envelope as it lies.
func (e envelope) bytes() ([]byte, error) { return json.Marshal(e) }

func (e envelope) aead(key Key) (cipher.AEAD, error) {
	wrap, err := key.derive(string(e.Store), "jotkit seal key wraps secrets", keySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(wrap)
}

// additional binds the secrets to the fields in clear around them.
func (e envelope) additional() []byte {
	return append(additional(e.Schema, e.Store, kv.SecretsName), e.SealKey...)
}

func broken(how string) error {
	return fmt.Errorf("%w: record %q %s", kv.ErrDamaged, kv.SecretsName, how)
}

func called(id string) string {
	if id == "" {
		return "none"
	}
	return fmt.Sprintf("%q", id)
}
