package bolt_test

import (
	"path/filepath"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

func TestStore(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) kv.Store { return create(t, nil) })
}

func TestSealedStore(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) kv.Store {
		key := sealed.NewKey()
		return sealed.New(create(t, sealed.Fill(key, nil)), key)
	})
}

// create makes a store in a directory of its own.
func create(tb testing.TB, fill func(kv.Tx) error) *bolt.Store {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "store")
	if err := bolt.Create(tb.Context(), path, bolt.Options{}, fill); err != nil {
		tb.Fatal(err)
	}
	return bolt.New(path, bolt.Options{})
}
