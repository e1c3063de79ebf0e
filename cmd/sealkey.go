package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// maxSealKey is more than a seal key file ever holds.
const maxSealKey = 4 << 10

// readSealKey reads the seal key of a store that is there. A missing one is never made anew: it could open nothing, and
// would look as if all were well.
func (e *env) readSealKey(ctx context.Context, name, store string) (sealed.Key, error) {
	data, info, err := e.readFile(ctx, name, maxSealKey)
	if errors.Is(err, fs.ErrNotExist) {
		return sealed.Key{}, &lostKeyError{name, store}
	}
	if err != nil {
		return sealed.Key{}, fmt.Errorf("%w: %w", kv.ErrSealKey, err)
	}
	if err := checkPrivate(name, info); err != nil {
		return sealed.Key{}, err
	}
	key, err := sealed.ParseKey(data)
	if err != nil {
		return sealed.Key{}, fmt.Errorf("seal key file %q: %w", name, err)
	}
	return key, nil
}

// newSealKey is the seal key for a new store: the one that is there, which may have other stores, or a new one.
func (e *env) newSealKey(ctx context.Context, name, store string) (key sealed.Key, made bool, err error) {
	key, err = e.readSealKey(ctx, name, store)
	var lost *lostKeyError
	if !errors.As(err, &lost) {
		return key, false, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return sealed.Key{}, false, err
	}
	key = sealed.NewKey()
	err = createFile(name, key.Encode())
	if errors.Is(err, fs.ErrExist) { // somebody else made one just now
		key, err = e.readSealKey(ctx, name, store)
		return key, false, err
	}
	return key, err == nil, err
}

// A lostKeyError is kv.ErrSealKey for a store whose seal key is not where it should be.
type lostKeyError struct{ name, store string }

func (e *lostKeyError) Error() string {
	return fmt.Sprintf("%v: there is no %q", kv.ErrSealKey, e.name)
}

func (e *lostKeyError) Unwrap() error { return kv.ErrSealKey }

func (e *lostKeyError) hint() string {
	return fmt.Sprintf("the store %s can be read with its own seal key alone: put it back at %s, or name it with --seal-key-file",
		e.store, e.name)
}
