//go:build etcd

package etcd_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd/etcdtest"
	"jotkit/userdb/kv/kvtest"
)

// TestFull: a cluster whose quota of space is used up takes no commits any more, and says so. What is there can be read, and
// news are not old, although no beats come any more.
func TestFull(t *testing.T) {
	c := own(t, etcdtest.Setup{Flags: []string{"--quota-backend-bytes", "2000000"}})
	o := c.options(t)
	s, other := create(t, o, nil), open(t, o)
	follow(t, s, "here")
	large := []byte(strings.Repeat("x", 100<<10))
	good, failed := 0, 0
	for i := 0; failed < 5; i++ {
		_, err := other.Update(t.Context(), func(tx kv.Tx) error {
			return errors.Join(kvtest.Increment(tx, "count"), tx.Put(fmt.Sprintf("t/%d", i), large))
		})
		switch {
		case err == nil:
			good++
		case errors.Is(err, kv.ErrUnavailable) && strings.Contains(err.Error(), "quota"):
			failed++
		default:
			t.Fatal(err)
		}
	}
	if got := counted(t, s, "count"); got != good {
		t.Errorf("%d commits happened, %d were acknowledged", got, good)
	}
	last := s.Lag()
	for range 3 { // the first may be by a beat that was taken still
		until(t, "news without beats", func() bool { lag := s.Lag(); newer := lag < last; last = lag; return newer })
	}
	t.Logf("%d commits until it was full", good)
}
