package cmd

import (
	"context"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// storeAt is the store in the file at path.
func (e *env) storeAt(path string) kv.Store { return bolt.New(path, bolt.Options{Wait: e.wait}) }

// createStore makes the store in the file at path.
func (e *env) createStore(ctx context.Context, path string, fill func(kv.Tx) error) error {
	return bolt.Create(ctx, path, bolt.Options{Wait: e.wait}, fill)
}
