// Package sealed seals the values of any kv.Store.
//
// Each value is XChaCha20-Poly1305 under the random data key of the store, bound to the schema, the store and the name
// of the record; the data key lies in the record "keys" with the other secrets, wrapped by the seal key, which is kept
// elsewhere. A store that gets away without its seal key shows names and lengths, and no value. A value that was
// changed, or moved to another name, does not open.
//
// What it cannot see: a record that was put back to what it was before, or taken away.
package sealed

import (
	"context"
	"crypto/rand"

	"jotkit/userdb/kv"
)

// New returns a store whose records are sealed, and lie in store. It reads nothing until the first record is asked for;
// the errors of a transaction are then kv.ErrSealKey (another key, or none), kv.ErrSchema (a newer program wrote it)
// and kv.ErrDamaged, which names the record.
func New(store kv.Store, key Key) kv.Store { return &sealedStore{store, key} }

// Fill makes the secrets of a new store, sealed under key, and then runs fill, which may be nil, on sealed records. It
// is for the first transaction of a store, before which there is nothing in it.
func Fill(key Key, fill func(kv.Tx) error) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		id := make([]byte, storeIDSize)
		rand.Read(id)
		secrets := kv.NewSecrets()
		e, err := envelope{Schema: Schema, Store: id}.seal(key, secrets)
		if err != nil {
			return err
		}
		if err := e.put(tx); err != nil {
			return err
		}
		s := seal{key: key, under: tx}
		if err := s.use(e, secrets); err != nil || fill == nil {
			return err
		}
		return fill(&sealedTx{sealedReader{&s, tx}, tx})
	}
}

// Within returns fn as a transaction on a plain store runs it that is sealed under key: fn reads and writes values, and
// they lie sealed. The errors are those of [New].
func Within(key Key, fn func(kv.Tx) error) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		return fn(&sealedTx{sealedReader{&seal{key: key, under: tx}, tx}, tx})
	}
}

type sealedStore struct {
	store kv.Store
	key   Key
}

func (s *sealedStore) View(ctx context.Context, fn func(kv.View) error) error {
	return s.store.View(ctx, func(v kv.View) error {
		return fn(&sealedView{sealedReader{&seal{key: s.key, under: v}, v}, v})
	})
}

func (s *sealedStore) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	return s.store.Update(ctx, Within(s.key, fn))
}

func (s *sealedStore) Rev() (kv.Rev, error) { return s.store.Rev() }
