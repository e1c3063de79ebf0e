package userdb_test

import (
	"fmt"
	"testing"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

func BenchmarkDenied(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			store, secrets := kv.NewMemory(), kv.NewSecrets()
			_, err := store.Update(b.Context(), func(tx kv.Tx) error {
				must(b, userdb.CreateDeny(tx))
				for i := range n {
					e := userdb.Entry{Until: noon.Add(time.Hour), Cut: noon}
					must(b, userdb.Deny(tx, secrets, userdb.KindToken, fmt.Sprint(i), e, noon))
				}
				return nil
			})
			must(b, err)
			must(b, store.View(b.Context(), func(v kv.View) error {
				for i := 0; b.Loop(); i++ {
					_, ok, err := userdb.Denied(v, secrets, userdb.KindToken, fmt.Sprint(i%(2*n)))
					if must(b, err); ok != (i%(2*n) < n) {
						b.Fatal(i)
					}
				}
				return nil
			}))
		})
	}
}
