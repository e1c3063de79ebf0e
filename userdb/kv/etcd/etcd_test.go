//go:build etcd

package etcd_test

import (
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

func TestStore(t *testing.T) {
	c := single(t)
	kvtest.Run(t, func(t *testing.T) kv.Store { return create(t, c.options(t), nil) })
}

func TestSealedStore(t *testing.T) {
	c := single(t)
	kvtest.Run(t, func(t *testing.T) kv.Store {
		key := sealed.NewKey()
		return sealed.New(create(t, c.options(t), sealed.Fill(key, nil)), key)
	})
}
