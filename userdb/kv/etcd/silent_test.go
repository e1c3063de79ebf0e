//go:build etcd

package etcd_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"jotkit/userdb/kv/etcd/etcdtest"
)

// TestSilentMember: when the member falls silent that a follower goes by, it goes on by another one, and does not come back to it
// before it needs to.
func TestSilentMember(t *testing.T) {
	c := own(t, etcdtest.Setup{Size: 3})
	o := c.options(t)
	writer := create(t, o, nil)
	start := announce(t, writer, "ring")
	var ways []*etcdtest.Proxy
	o.Endpoints = nil
	for _, m := range c.members {
		p := etcdtest.NewProxy(t, m.Client)
		ways, o.Endpoints = append(ways, p), append(o.Endpoints, p.Addr())
	}
	s := open(t, o)
	follow(t, s, "here")
	l := &listener{s: s, at: start}
	var want []string
	var oldest time.Duration
	for i, p := range ways { // it goes by the first one, and by the next when that is silent
		p.Become(etcdtest.Silent)
		for j := range 100 {
			name := fmt.Sprintf("deny/%d/%03d", i, j)
			want = append(want, name)
			rev := announce(t, writer, name)
			until(t, name, func() bool {
				oldest = max(oldest, s.Lag())
				at, err := s.Rev()
				return err == nil && at >= rev
			})
			time.Sleep(20 * time.Millisecond)
		}
		until(t, "all of them", func() bool { return l.listen(t.Context()) == nil && len(l.names) >= len(want) })
		p.Become(etcdtest.Whole)
	}
	if !slices.Equal(l.names, want) || l.whole != 0 {
		t.Errorf("%d of %d announcements heard, everything read again %d times", len(l.names), len(want), l.whole)
	}
	t.Logf("%d announcements heard while one member of three was silent; news were %s old at most", len(l.names), oldest)
}
