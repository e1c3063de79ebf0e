//go:build etcd

package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
	"jotkit/userdb/kv/kvtest"
)

// TestLeaderKilled kills the leader under load, time after time. Nothing that was acknowledged is lost, and nothing happens
// twice.
func TestLeaderKilled(t *testing.T) {
	c := own(t, etcdtest.Setup{Size: 3})
	o := c.options(t)
	s := create(t, o, nil)
	const clients = 3
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var all sync.WaitGroup
	var good, unknown, failed atomic.Int64
	for i := range clients {
		own := open(t, o)
		all.Go(func() {
			for j := 0; ctx.Err() == nil; j++ {
				_, err := own.Update(t.Context(), func(tx kv.Tx) error {
					return errors.Join(kvtest.Increment(tx, "count"), tx.Put(fmt.Sprintf("own/%d/%06d", i, j), nil))
				})
				switch {
				case err == nil:
					good.Add(1)
				case errors.Is(err, etcd.ErrUnknown):
					unknown.Add(1)
				case errors.Is(err, kv.ErrUnavailable):
					failed.Add(1)
				default:
					t.Error(err)
				}
			}
		})
	}
	kills := often(2, 20)
	for range kills {
		lead := c.members[c.members.Leader(t)]
		before := good.Load()
		until(t, "load", func() bool { return good.Load() > before+20 })
		lead.Kill()
		before = good.Load()
		until(t, "service again", func() bool { return good.Load() > before+20 })
		if err := errors.Join(lead.Start(), lead.Ready()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	all.Wait()
	count, own := counted(t, s, "count"), 0
	view(t, s, func(v kv.View) error {
		for _, err := range v.Scan("own/", "") {
			if own++; err != nil {
				return err
			}
		}
		return nil
	})
	least, most := int(good.Load()), int(good.Load()+unknown.Load())
	if count < least || count > most || own != count {
		t.Errorf("%d commits and %d records, %d acknowledged and %d unknown", count, own, least, unknown.Load())
	}
	t.Logf("%d leaders killed, %d commits acknowledged, %d unknown, %d refused; %d happened", kills, least, unknown.Load(), failed.Load(), count)
}

// TestCutOff cuts the member of a follower off from the others, which go on without it. The follower knows that its news are
// old, and hears of all that it missed when the member is back.
func TestCutOff(t *testing.T) {
	var proxies []*etcdtest.Proxy
	c := own(t, etcdtest.Setup{Size: 3, Between: func(peer string) string {
		p := etcdtest.NewProxy(t, peer)
		proxies = append(proxies, p)
		return p.Addr()
	}})
	cut := (c.members.Leader(t) + 1) % 3
	o := c.options(t)
	others := o
	others.Endpoints = slices.Delete(c.members.Clients(), cut, cut+1)
	o.Endpoints = []string{c.members[cut].Client}
	writer := create(t, others, nil)
	start := announce(t, writer, "ring")
	s := open(t, o)
	follow(t, s, "here")
	l := &listener{s: s, at: start}

	id, err := c.members[cut].ID()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	rounds := often(1, 5)
	for round := range rounds {
		for i, p := range proxies { // both ways: what others send to it, and what it sends to them
			if i == cut {
				p.Become(etcdtest.Broken)
			} else {
				p.Refuse(etcdtest.SentBy(id))
			}
		}
		for i := range 20 {
			name := fmt.Sprintf("deny/%03d/%03d", round, i)
			want = append(want, name)
			announce(t, writer, name)
		}
		until(t, "being out of touch", func() bool { _, err := s.Rev(); return errors.Is(err, kv.ErrStale) })
		if rev, err := s.Rev(); err == nil {
			t.Errorf("revision %d while out of touch", rev)
		}
		short := o
		short.Wait = etcd.StaleAfter
		if err := open(t, short).View(t.Context(), func(kv.View) error { return nil }); !errors.Is(err, kv.ErrUnreachable) {
			t.Errorf("view by a member that is cut off: %v", err)
		}
		for _, p := range proxies {
			p.Become(etcdtest.Whole)
		}
		until(t, "being in touch again", func() bool { _, err := s.Rev(); return err == nil })
		name := fmt.Sprintf("deny/%03d/again", round) // which comes by itself, where those before have to be asked for
		want = append(want, name)
		last := announce(t, writer, name)
		until(t, "the next announcement", func() bool { rev, err := s.Rev(); return err == nil && rev == last })
		until(t, "all of them", func() bool { return l.listen(t.Context()) == nil && l.at == last })
	}
	if !slices.Equal(l.names, want) || l.whole != 0 {
		t.Errorf("%d of %d announcements heard, everything read again %d times", len(l.names), len(want), l.whole)
	}
	t.Logf("cut off %d times, %d of %d announcements heard", rounds, len(l.names), len(want))
}

// TestAnotherMember: a follower whose member is cut off goes on by another one.
func TestAnotherMember(t *testing.T) {
	c := own(t, etcdtest.Setup{Size: 3})
	o := c.options(t)
	s := create(t, o, nil)
	start := announce(t, s, "ring")
	writer := open(t, o)
	follow(t, s, "here")
	l := &listener{s: s, at: start}
	var want []string
	for i, m := range c.members { // one after the other
		m.Kill()
		for j := range 5 {
			name := fmt.Sprintf("deny/%d/%d", i, j)
			want = append(want, name)
			announce(t, writer, name)
		}
		until(t, "the news by another", func() bool { return l.listen(t.Context()) == nil && len(l.names) >= len(want) })
		if err := errors.Join(m.Start(), m.Ready()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(l.names, want) || l.whole != 0 {
		t.Errorf("%d of %d announcements heard, everything read again %d times", len(l.names), len(want), l.whole)
	}
}
