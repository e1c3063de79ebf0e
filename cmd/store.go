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
		newStoreInfo(e), newStoreCheck(e), newStoreBackup(e), newStoreRestore(e), newStoreCopy(e),
		newStoreCompact(e), newStoreReseal(e))
}

// A place is where a store and its seal key lie, or should.
type place struct {
	path    string // of the store; of one in a cluster the URL
	keyPath string // of its seal key
	store   kv.Store
	file    *bolt.Store // the same, nil where it is in a cluster
}

// place finds both. Nothing is read of the store yet, and neither has to be there.
func (e *env) place(ctx context.Context) (p place, err error) {
	if p.path, err = e.storePath(); err != nil {
		return p, err
	}
	if p.keyPath, err = e.sealKeyPath(); err != nil {
		return p, err
	}
	return p, e.locate(ctx, &p)
}

// locate finds the store at the path of a place.
func (e *env) locate(ctx context.Context, p *place) error {
	if inCluster(p.path) {
		m, err := e.clusterAt(ctx, p.path)
		if err == nil {
			p.store = m
		}
		return err
	}
	p.file = bolt.New(p.path, e.boltOptions())
	p.store = p.file
	return nil
}

// existingPlace is the place of a store that is there, else kv.ErrNoStore.
func (e *env) existingPlace(ctx context.Context) (place, error) {
	p, err := e.place(ctx)
	if err != nil {
		return p, err
	}
	if p.file == nil {
		return p, there(ctx, p.store)
	}
	if _, err := os.Stat(p.path); errors.Is(err, fs.ErrNotExist) {
		return p, e.noStore(p.path)
	}
	return p, nil
}

// there asks whether there is a store in a cluster, else it is kv.ErrNoStore.
func there(ctx context.Context, store kv.Store) error {
	return store.View(ctx, func(kv.View) error { return nil })
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
