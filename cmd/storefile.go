package cmd

import (
	"context"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// storeAt is the store in the file at path. Nothing is read of it yet.
func (e *env) storeAt(path string) kv.Store {
	store := bolt.New(path, e.boltOptions())
	if !store.Guarded() {
		e.note("no companion beside %s: whether this is an old copy of the store cannot be told", path)
	}
	return store
}

// createStore makes the file, whole or not at all. Where there is something at path it is kv.ErrExists.
func (e *env) createStore(ctx context.Context, path string, fill func(kv.Tx) error) error {
	return bolt.Create(ctx, path, e.boltOptions(), fill)
}

// boltOptions takes --wait 0s at its word, which for bolt stands for its default.
func (e *env) boltOptions() bolt.Options { return bolt.Options{Wait: max(e.wait, time.Millisecond)} }
