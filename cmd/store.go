package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

func newStore(e *env) *cobra.Command {
	return group("store", "Look after the store: check, back up, restore",
		newStoreInfo(e), newStoreCheck(e), newStoreBackup(e), newStoreRestore(e), newStoreCompact(e), newStoreReseal(e))
}

// A place is where a store and its seal key lie, or should.
type place struct {
	path    string // of the store
	keyPath string // of its seal key
	store   *bolt.Store
}

// place finds both. Nothing is read yet, and neither has to be there.
func (e *env) place() (p place, err error) {
	if p.path, err = e.storePath(); err != nil {
		return p, err
	}
	if p.keyPath, err = e.sealKeyPath(); err != nil {
		return p, err
	}
	p.store = bolt.New(p.path, e.boltOptions())
	return p, nil
}

// existingPlace is the place of a store that is there, else kv.ErrNoStore.
func (e *env) existingPlace() (place, error) {
	p, err := e.place()
	if err != nil {
		return p, err
	}
	if _, err := os.Stat(p.path); errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("%w at %q", kv.ErrNoStore, p.path)
	}
	return p, nil
}

// storeKey reads the seal key that the store asks for.
func (e *env) storeKey(ctx context.Context, p place) (sealed.Key, error) {
	return e.keyFor(ctx, p, p.store)
}

// keyFor reads the seal key that a store, or a copy of one, asks for: the one at its place, or the one that has not taken
// that place yet, where a change was cut off.
func (e *env) keyFor(ctx context.Context, p place, store kv.Store) (sealed.Key, error) {
	key, err := e.readSealKey(ctx, p.keyPath, p.path)
	if err != nil {
		return key, err
	}
	about, err := sealOf(ctx, store)
	if err != nil || about.SealKey == key.ID() {
		return key, err
	}
	if next, found := e.sealKeyAgain(ctx, p.keyPath, about.SealKey); found {
		return next, nil
	}
	err = fmt.Errorf("%w: it was sealed with the key %q, and in %q is %s", kv.ErrSealKey, about.SealKey, p.keyPath, key.ID())
	return sealed.Key{}, foreign(ctx, store, p.keyPath, err)
}
