//go:build !etcd

package authority_test

import (
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// openStore opens one by its path.
func openStore(at string) kv.Store { return bolt.New(at, bolt.Options{}) }
