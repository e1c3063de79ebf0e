package cmd

import (
	"context"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// unguarded tells the person where an old copy of the store would not be noticed.
func (e *env) unguarded(p place) {
	if p.file != nil && !p.file.Guarded() {
		e.note("no companion beside %s: whether this is an old copy of the store cannot be told", p.path)
	}
}

// createStore makes the store, whole or not at all. Where there is something in its place it is kv.ErrExists.
func (e *env) createStore(ctx context.Context, p place, fill func(kv.Tx) error) error {
	if p.file == nil {
		m, err := e.clusterAt(ctx, p.path)
		if err != nil {
			return err
		}
		return m.create(ctx, fill)
	}
	return bolt.Create(ctx, p.path, e.boltOptions(), fill)
}

// boltOptions takes --wait 0s at its word, which for bolt stands for its default.
func (e *env) boltOptions() bolt.Options { return bolt.Options{Wait: max(e.wait, time.Millisecond)} }
