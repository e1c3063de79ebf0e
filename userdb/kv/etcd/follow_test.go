//go:build etcd

package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
	"jotkit/userdb/kv/kvtest"
)

// follow has a store followed until the test ends.
func follow(t *testing.T, s *etcd.Store, node string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx, node) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("follow: %v", err)
		}
	})
	until(t, "the first news", func() bool { return fresh(s) })
}

// fresh tells whether s is following, and has news that are good enough.
func fresh(s *etcd.Store) bool { lag := s.Lag(); return lag > 0 && lag <= etcd.StaleAfter }

// until waits for something that comes to be in time, or the test fails.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s did not come in a minute", what)
		}
	}
}

// A listener goes by Rev and Changes, as who keeps a snapshot of the store does, and writes down what it hears.
type listener struct {
	s     *etcd.Store
	at    kv.Rev
	names []string
	whole int // times that it had to read everything
}

// listen hears what is new, if there is any.
func (l *listener) listen(ctx context.Context) error {
	rev, err := l.s.Rev()
	if err != nil || rev == l.at {
		return err
	}
	names, now, err := kvtest.Changes(ctx, l.s, l.at)
	if errors.Is(err, kv.ErrCompacted) {
		l.whole++
		err = nil
	}
	if err == nil {
		l.at, l.names = now, append(l.names, names...)
	}
	return err
}

func announce(tb testing.TB, s kv.Store, name string) kv.Rev {
	tb.Helper()
	rev, err := s.Update(tb.Context(), func(tx kv.Tx) error { return tx.Put(name, nil) })
	if err != nil {
		tb.Fatal(err)
	}
	return rev
}

// TestFollow: what another client commits is heard of, and what this one commits is known when Update returns.
func TestFollow(t *testing.T) {
	o := single(t).options(t)
	s, other := create(t, o, nil), open(t, o)
	start := announce(t, s, "ring")
	follow(t, s, "here")
	l := &listener{s: s, at: start}
	var want []string
	for i := range 100 {
		name := fmt.Sprintf("deny/%03d", i)
		want = append(want, name)
		by := []*etcd.Store{s, other}[i%2]
		rev := announce(t, by, name)
		got, err := s.Rev()
		if errors.Is(err, kv.ErrStale) { // on a machine that has too much to do
			until(t, "fresh news", func() bool { got, err = s.Rev(); return err == nil })
		}
		if by == s && (err != nil || got < rev) {
			t.Fatalf("revision %d after an own commit with %d: %v", got, rev, err)
		}
		until(t, name, func() bool { err := l.listen(t.Context()); return err == nil && l.at == rev })
	}
	if !slices.Equal(l.names, want) || l.whole != 0 {
		t.Errorf("heard of %d names, read all %d times: %q", len(l.names), l.whole, l.names)
	}
	until(t, "fresh news", func() bool { return fresh(s) })
	if lag := other.Lag(); lag != 0 {
		t.Errorf("lag %s of who does not follow", lag)
	}
}

// TestCutWatch cuts the connections of a follower again and again while another client commits: nothing goes unheard.
func TestCutWatch(t *testing.T) {
	c := single(t)
	o := c.options(t)
	writer := create(t, o, nil)
	start := announce(t, writer, "ring")
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints = []string{p.Addr()}
	s := open(t, o)
	follow(t, s, "here")

	changes := often(1000, 5000)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var all sync.WaitGroup
	l := &listener{s: s, at: start}
	all.Go(func() {
		for ctx.Err() == nil {
			_ = l.listen(ctx) // of a cut; the next one hears it
			time.Sleep(time.Millisecond)
		}
	})
	random := rand.New(rand.NewPCG(5, 6))
	var want []string
	var last kv.Rev
	for i := range changes {
		name := fmt.Sprintf("deny/%05d", i)
		want, last = append(want, name), announce(t, writer, name)
		if random.IntN(4) == 0 {
			time.Sleep(time.Duration(random.IntN(8)) * time.Millisecond)
			p.CutAll()
		}
	}
	heard := func() bool { rev, err := s.Rev(); return err == nil && rev == last }
	until(t, "the last announcement", heard)
	stop()
	all.Wait()
	if err := l.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(l.names, want) {
		t.Errorf("heard of %d names, and not of each once and in turn", len(l.names))
	}
	kvtest.Figure(t, "Who follows a store in etcd hears of every change, however often its connections are cut",
		kvtest.Tried(len(want), "changes"), kvtest.Tried(p.Cuts(), "connections cut"),
		kvtest.Never(len(want)-len(l.names), "changes missed"), kvtest.Never(l.whole, "times that everything was read"))
}

// TestSameNode: two processes that are called the same both bring beats, turn by turn.
func TestSameNode(t *testing.T) {
	c := single(t)
	o := c.options(t)
	a, b := create(t, o, nil), open(t, o)
	beats := c.behind(t).Watch(t.Context(), o.Prefix+"/n/beat/here")
	follow(t, a, "here")
	follow(t, b, "here")
	by := map[string]int{}
	for range 10 {
		for _, e := range (<-beats).Events {
			id, _, _ := strings.Cut(string(e.Kv.Value), " ")
			by[id]++
		}
	}
	for id, n := range by {
		if n < 3 {
			t.Errorf("%d beats of %s, of %v", n, id, by)
		}
	}
}
