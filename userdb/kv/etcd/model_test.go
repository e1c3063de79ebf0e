//go:build etcd

package etcd_test

import (
	"bytes"
	"context"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/kvtest"
)

var (
	recordNames = rapid.OneOf(rapid.SampledFrom([]string{"ring", "settings", "keys", "\x00", "deny/\xff", "z"}),
		rapid.StringMatching(`(user|deny|audit/x)/[a-f]{1,3}`))
	recordValues = rapid.Map(rapid.IntRange(0, 2000), func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) })
)

// TestFollowsTheModel: whatever is written and undone in whatever order, by whichever client, the store answers as the one in
// memory does.
func TestFollowsTheModel(t *testing.T) {
	c := single(t)
	kvtest.Checks(t, 10, 300)
	lives, writes := 0, 0
	rapid.Check(t, func(t2 *rapid.T) {
		lives++
		options := c.options(t)
		if err := etcd.Create(context.Background(), options, nil); err != nil {
			t2.Fatal(err)
		}
		s := etcd.New(options)
		defer func() { s.Close() }()
		m := kvtest.NewModel(t2, s, recordNames, recordValues)
		write := func(t *rapid.T) { m.Write(t); writes++ }
		t2.Repeat(map[string]func(*rapid.T){
			"write": write, "write again": write, "look": m.Look, "changes": m.Changes, "": m.Same,
			"another client": func(t *rapid.T) {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = etcd.New(options)
				m.Store = s
			},
		})
	})
	t.Logf("%d lives of a store, %d writes", lives, writes)
}
