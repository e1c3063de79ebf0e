package sealed

import (
	"bytes"
	"context"
	"crypto/cipher"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"jotkit/userdb/kv"
)

// Reseal replaces the seal key of the store that lies in store: one record is written again, and with it what also
// writes, which may be nil and works on sealed records, under the new key already. Nothing else changes, so nothing is
// half done when it is cut off, and where it was done before it does nothing. also may run more than once.
func Reseal(ctx context.Context, store kv.Store, old, with Key, also func(kv.Tx) error) error {
	_, err := store.Update(ctx, func(tx kv.Tx) error {
		e, err := readEnvelope(tx)
		if err != nil {
			return err
		}
		if e.SealKey == with.ID() {
			_, err := e.open(with)
			return err
		}
		secrets, err := e.open(old)
		if err != nil {
			return err
		}
		if e, err = e.seal(with, secrets); err != nil {
			return err
		}
		if err := e.put(tx); err != nil || also == nil {
			return err
		}
		return Within(with, also)(tx)
	})
	return err
}

// Rekey returns what turns each record of the store that r reads, as it lies, into the same value under a new data key,
// which is wrapped under with. It is for a copy of the whole store in which no old record stays: after a leak of store
// and seal key together, neither opens the copy.
//
// The refresh key is a new one too, so that no session outlives the leak; digest and audit key stay, for what they made
// is compared with later on. The store may be written to before the copy is made; where its seal key or data key is
// another one by then the change fails, with kv.ErrSealKey or ErrDataKey.
func Rekey(r kv.Reader, key, with Key) (change func(name string, value []byte) ([]byte, error), err error) {
	old := seal{key: key, under: r}
	if err := old.ready(); err != nil {
		return nil, err
	}
	if with.IsZero() {
		return nil, fmt.Errorf("%w: there is none", kv.ErrSealKey)
	}
	fresh := kv.NewSecrets()
	aead, err := chacha20poly1305.NewX(fresh.Data)
	if err != nil {
		return nil, err
	}
	k := &rekeying{old, key, with, fresh, aead}
	return k.change, nil
}

// A rekeying knows both sides: old opens, and aead with the fresh secrets seals.
type rekeying struct {
	old       seal
	key, with Key
	fresh     kv.Secrets
	aead      cipher.AEAD
}

func (k *rekeying) change(name string, value []byte) ([]byte, error) {
	if name == kv.SecretsName {
		return k.secrets(value)
	}
	plain, err := k.old.open(name, value)
	if err != nil {
		return nil, err
	}
	return sealBytes(k.aead, plain, k.old.additional(name)), nil
}

// secrets goes by the record as it is copied, not as it was when the rekeying began.
func (k *rekeying) secrets(value []byte) ([]byte, error) {
	e, err := parseEnvelope(value)
	if err != nil {
		return nil, err
	}
	secrets, err := e.open(k.key)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(secrets.Data, k.old.secrets.Data) {
		return nil, fmt.Errorf("%w: it was changed meanwhile", ErrDataKey)
	}
	secrets.Data, secrets.Refresh = k.fresh.Data, k.fresh.Refresh
	if e, err = e.seal(k.with, secrets); err != nil {
		return nil, err
	}
	return e.bytes()
}
