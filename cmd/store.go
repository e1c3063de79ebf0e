package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
		return p, e.noStore(p.path)
	}
	return p, nil
}

// own tells which file of the store this is, by whatever name, or "".
func (p place) own(info fs.FileInfo) string {
	for what, name := range map[string]string{"store": p.real(), "companion of the store": p.real() + ".lock", "seal key": p.keyPath} {
		if is, err := os.Stat(name); err == nil && os.SameFile(is, info) {
			return what
		}
	}
	return ""
}

// real is the path of the store without links, as far as it can be told.
func (p place) real() string {
	if real, err := filepath.EvalSymlinks(p.path); err == nil {
		return real
	}
	return p.path
}

// newScratch makes a file beside the store, with a name by which store check finds what was left of it.
func (p place) newScratch(what string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(p.real()), filepath.Base(p.real())+".new-"+what+"-*") // 0600
}

// keyFor reads the seal key that a store, or a copy of one, asks for: the one at its place, or the one that has not taken
// that place yet, where a change was cut off.
func (e *env) keyFor(ctx context.Context, p place, store kv.Store) (sealed.Key, error) {
	key, err := e.readSealKey(ctx, p.keyPath, p.path)
	if err != nil {
		return key, err
	}
	id, err := keyAskedFor(ctx, p, store, key)
	if err == nil {
		return key, nil
	}
	if next, found := e.sealKeyAgain(ctx, p.keyPath, id); found {
		return next, nil
	}
	return sealed.Key{}, err
}

// keyAskedFor is the id of the seal key that a store, or a copy of one, asks for, "" where it does not say. It is an error
// when that is not this key, which lies in the place of it.
func keyAskedFor(ctx context.Context, p place, store kv.Store, key sealed.Key) (id string, err error) {
	about, err := sealOf(ctx, store)
	if err != nil || about.SealKey == key.ID() {
		return about.SealKey, err
	}
	err = fmt.Errorf("%w: it was sealed with the key %q, and in %q is %s", kv.ErrSealKey, about.SealKey, p.keyPath, key.ID())
	return about.SealKey, foreign(ctx, store, p.keyPath, err)
}
