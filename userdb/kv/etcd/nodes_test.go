//go:build etcd

package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/kvtest"
)

// leader returns which member leads, as most say.
func (c *cluster) leader(t *testing.T) int {
	t.Helper()
	leader := -1
	until(t, "a leader", func() bool {
		votes := map[int]int{}
		for i, m := range c.members {
			if id, lead, err := m.status(t.Context()); err == nil && id == lead {
				votes[i]++
				leader = i
			}
		}
		return len(votes) == 1
	})
	return leader
}

func (m *member) status(ctx context.Context) (id, leader uint64, err error) {
	cl, err := m.plain()
	if err != nil {
		return 0, 0, err
	}
	defer cl.Close()
	ctx, stop := context.WithTimeout(ctx, etcd.StaleAfter)
	defer stop()
	s, err := cl.Status(ctx, m.url())
	if err != nil {
		return 0, 0, err
	}
	return s.Header.MemberId, s.Leader, nil
}

// TestLeaderKilled kills the leader under load, time after time. Nothing that was acknowledged is lost, and nothing happens
// twice.
func TestLeaderKilled(t *testing.T) {
	c := own(t, setup{size: 3})
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
		lead := c.members[c.leader(t)]
		before := good.Load()
		until(t, "load", func() bool { return good.Load() > before+20 })
		lead.kill()
		before = good.Load()
		until(t, "service again", func() bool { return good.Load() > before+20 })
		if err := errors.Join(lead.start(), lead.ready()); err != nil {
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
	var proxies []*proxy
	c := own(t, setup{size: 3, between: func(peer string) string {
		p := newProxy(t, peer)
		proxies = append(proxies, p)
		return p.addr()
	}})
	cut := (c.leader(t) + 1) % 3
	o := c.options(t)
	others := o
	others.Endpoints = slices.Delete(c.endpoints(), cut, cut+1)
	o.Endpoints = []string{c.members[cut].client}
	writer := create(t, others, nil)
	start := announce(t, writer, "ring")
	s := open(t, o)
	follow(t, s, "here")
	l := &listener{s: s, at: start}

	id, _, err := c.members[cut].status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	rounds := often(1, 5)
	for round := range rounds {
		for i, p := range proxies { // both ways: what others send to it, and what it sends to them
			if i == cut {
				p.shutOut(everyone)
			} else {
				p.shutOut(sentBy(strconv.FormatUint(id, 16)))
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
			p.shutOut(nil)
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
	c := own(t, setup{size: 3})
	o := c.options(t)
	s := create(t, o, nil)
	start := announce(t, s, "ring")
	writer := open(t, o)
	follow(t, s, "here")
	l := &listener{s: s, at: start}
	var want []string
	for i, m := range c.members { // one after the other
		m.kill()
		for j := range 5 {
			name := fmt.Sprintf("deny/%d/%d", i, j)
			want = append(want, name)
			announce(t, writer, name)
		}
		until(t, "the news by another", func() bool { return l.listen(t.Context()) == nil && len(l.names) >= len(want) })
		if err := errors.Join(m.start(), m.ready()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(l.names, want) || l.whole != 0 {
		t.Errorf("%d of %d announcements heard, everything read again %d times", len(l.names), len(want), l.whole)
	}
}
