package sealed

import (
	"bytes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"jotkit/userdb/kv"
)

// ErrDataKey comes back from a write that would leave the records of a store without the key they are sealed under.
var ErrDataKey = errors.New("the data key of a store stays with it")

// A seal is what one transaction knows of the sealing: the envelope, read and opened when the first record is, and once.
type seal struct {
	key      Key
	under    kv.Reader // the store as it lies
	envelope envelope
	secrets  kv.Secrets
	aead     cipher.AEAD
}

// ready comes before every use, reads that will find nothing included: with the wrong key nothing is not found, it is
// not known.
func (s *seal) ready() error {
	if s.aead != nil {
		return nil
	}
	e, err := readEnvelope(s.under)
	if err != nil {
		return err
	}
	secrets, err := e.open(s.key)
	if err != nil {
		return err
	}
	return s.use(e, secrets)
}

func (s *seal) use(e envelope, secrets kv.Secrets) error {
	aead, err := chacha20poly1305.NewX(secrets.Data)
	if err != nil {
		return broken("holds no data key")
	}
	s.envelope, s.secrets, s.aead = e, secrets, aead
	return nil
}

// open turns the bytes of a record into its value, when the seal is ready.
func (s *seal) open(name string, sealed []byte) ([]byte, error) {
	if name == kv.SecretsName {
		return json.Marshal(s.secrets)
	}
	plain, err := openBytes(s.aead, sealed, s.additional(name))
	if err != nil {
		return nil, fmt.Errorf("%w: record %q is not what was written under this name", kv.ErrDamaged, name)
	}
	return plain, nil
}

// put writes a value sealed, when the seal is ready.
func (s *seal) put(tx kv.Tx, name string, value []byte) error {
	if name == kv.SecretsName {
		return s.putSecrets(tx, value)
	}
	return tx.Put(name, sealBytes(s.aead, value, s.additional(name)))
}

// putSecrets changes the secrets beside the data key: every record would be lost with that one.
func (s *seal) putSecrets(tx kv.Tx, value []byte) error {
	secrets, err := kv.ParseSecrets(value)
	if err != nil {
		return err
	}
	if !bytes.Equal(secrets.Data, s.secrets.Data) {
		return ErrDataKey
	}
	e, err := s.envelope.seal(s.key, secrets)
	if err != nil {
		return err
	}
	s.envelope, s.secrets = e, secrets
	return e.put(tx)
}

func (s *seal) additional(name string) []byte {
	return additional(s.envelope.Schema, s.envelope.Store, name)
}
