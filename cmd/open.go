package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// reading opens the store for a command that only reads. It never makes one.
func (e *env) reading(ctx context.Context) (*authority.Authority, error) { return e.existing(ctx) }

// changing opens the store for a command that changes what is in it already. With no store there is nothing to change, and
// to say that a user of a new, empty one was revoked would hide that the wrong store was named.
func (e *env) changing(ctx context.Context) (*authority.Authority, error) { return e.existing(ctx) }

// writing opens the store for a command that puts something in, and makes one first where there is none.
func (e *env) writing(ctx context.Context) (*authority.Authority, error) {
	a, err := e.existing(ctx)
	if !errors.Is(err, kv.ErrNoStore) || errors.Is(err, errGone) {
		return a, err
	}
	a, err = e.create(ctx, authority.DefaultSettings())
	if errors.Is(err, kv.ErrExists) { // another process has made it just now, and that one will do
		return e.existing(ctx)
	}
	return a, err
}

func (e *env) existing(ctx context.Context) (*authority.Authority, error) {
	p, err := e.existingPlace(ctx)
	if err != nil {
		return nil, err
	}
	key, err := e.readSealKey(ctx, p.keyPath, p.path)
	if err != nil {
		return nil, err
	}
	e.unguarded(p)
	return e.authority(e.keyedAt(p.store, p.keyPath, key)), nil
}

// errGone comes back, as kv.ErrNoStore, where there was a store. A new one made in passing would hide that, and its backups
// would take the place of those of the old one.
var errGone = fmt.Errorf("%w", kv.ErrNoStore)

// noStore is the error for a place without a store. A companion that has seen the first commit alone may be of a store that
// was cut off while it was made, which held nothing.
func (e *env) noStore(path string) error {
	if bolt.New(path, e.boltOptions()).Seen() <= 1 {
		return fmt.Errorf("%w at %q", kv.ErrNoStore, path)
	}
	way := fmt.Sprintf("there was one: its companion is there still. %s puts a backup in its place; %s begins anew with an empty one",
		e.self("store", "restore", "F"), e.self("init"))
	return &hintedError{fmt.Errorf("%w at %q", errGone, path), way}
}

func (e *env) authority(store kv.Store) *authority.Authority {
	return &authority.Authority{Store: store, Now: e.now, Actor: e.actor(), Chain: e.chain(), Hasher: e.hasher}
}

func (e *env) actor() string { return e.user() + "@cli" }

// create makes a store with these settings, and its seal key where there is none. Where a store is, it is kv.ErrExists.
func (e *env) create(ctx context.Context, s authority.Settings) (*authority.Authority, error) {
	p, err := e.place(ctx)
	if err == nil {
		err = vacant(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	found, err := authority.Found(s, e.now(), e.actor())
	if err != nil {
		return nil, err
	}
	if p.file != nil {
		err = makeDir(filepath.Dir(p.path))
	}
	if err != nil {
		return nil, err
	}
	key, made, err := e.newSealKey(ctx, p.keyPath, p.path)
	if err != nil {
		return nil, err
	}
	if made { // said at once: another process may be quicker to make the store of it
		e.note("made a seal key: %s (keep a copy apart from the store)", p.keyPath)
	}
	if err := e.createStore(ctx, p, sealed.Fill(key, found)); err != nil {
		return nil, err
	}
	e.note("made a new store: %s", p.path)
	if !made {
		e.note("sealed with the key that was there: %s", p.keyPath)
	}
	e.unguarded(p)
	return e.authority(e.keyedAt(p.store, p.keyPath, key)), nil
}

// vacant is kv.ErrExists where there is something in the place of a store.
func vacant(ctx context.Context, p place) error {
	var err error
	if p.file == nil {
		err = there(ctx, p.store)
	} else {
		_, err = os.Lstat(p.path)
	}
	switch {
	case errors.Is(err, kv.ErrNoStore) || errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil && p.file == nil:
		return err
	}
	return fmt.Errorf("%w: %q", kv.ErrExists, p.path)
}
