//go:build etcd

package etcd_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/kvtest"
)

func view(tb testing.TB, s kv.Store, fn func(kv.View) error) {
	tb.Helper()
	if err := s.View(tb.Context(), fn); err != nil {
		tb.Fatal(err)
	}
}

func counted(tb testing.TB, s kv.Store, name string) (n int) {
	tb.Helper()
	view(tb, s, func(v kv.View) (err error) { n, err = kvtest.Count(v, name); return err })
	return n
}

// TestCutCommit cuts the connection of each commit, before the member had it and before its answer came back. What Update
// says must be so: no commit happens twice, and none is lost.
func TestCutCommit(t *testing.T) {
	c := single(t)
	o := c.options(t)
	direct := create(t, o, nil)
	p := newProxy(t, c.members[0].client)
	o.Endpoints = []string{p.addr()}
	s := open(t, o)
	// The next that comes up is the commit. Of a cut on its way back the member knows nothing, so it has committed.
	before := func(up bool, _ int) fate {
		if up {
			p.armed = nil
			return cut
		}
		return pass
	}
	behind := func(up bool, _ int) fate {
		if !up {
			p.armed = nil
			return cut
		}
		return pass
	}
	commits := often(200, 2000)
	first := 0
	for i := range commits {
		runs := 0
		rev, err := s.Update(t.Context(), func(tx kv.Tx) error {
			err := kvtest.Increment(tx, "count")
			if err == nil && i%3 == 0 {
				err = tx.Put("ring", nil)
			}
			if runs++; runs == 1 {
				p.arm([]func(bool, int) fate{before, behind}[i%2])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if runs == 1 {
			first++
		}
		if at, err := direct.Rev(); err != nil || at != rev {
			t.Fatalf("commit %d: revision %d, want %d, %v", i, rev, at, err)
		}
	}
	if got := counted(t, direct, "count"); got != commits {
		t.Errorf("%d commits happened, %d were acknowledged", got, commits)
	}
	t.Logf("%d commits acknowledged, %d connections cut in the middle of them, %d times the first try was found to have happened",
		commits, p.cuts, first)
	if p.cuts < commits {
		t.Errorf("only %d cuts", p.cuts)
	}
	if first < commits/10 || first > commits*9/10 {
		t.Errorf("%d of %d first tries have happened: both kinds of cut are to be seen", first, commits)
	}
}

// TestCutAnywhere cuts connections at any time, of several clients that all count.
func TestCutAnywhere(t *testing.T) {
	c := single(t)
	o := c.options(t)
	direct := create(t, o, nil)
	p := newProxy(t, c.members[0].client)
	o.Endpoints = []string{p.addr()}
	random := rand.New(rand.NewPCG(3, 4))
	p.arm(func(bool, int) fate {
		if random.IntN(25) == 0 {
			return cut + fate(random.IntN(2))
		}
		return pass
	})
	const clients = 4
	each := often(25, 400)
	var all sync.WaitGroup
	for i := range clients {
		s := etcd.New(o)
		all.Go(func() {
			defer s.Close()
			for j := range each {
				if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
					return errors.Join(kvtest.Increment(tx, "count"), tx.Put(fmt.Sprintf("own/%d/%d", i, j), nil))
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	p.arm(nil)
	if got := counted(t, direct, "count"); got != clients*each {
		t.Errorf("%d commits happened, %d were acknowledged", got, clients*each)
	}
	t.Logf("%d commits of %d clients acknowledged, %d connections cut", clients*each, clients, p.cuts)
}

// TestUnknown: a commit of which nothing can be found out is said to be one, and the next Update finds the store as it is.
func TestUnknown(t *testing.T) {
	c := single(t)
	o := c.options(t)
	direct := create(t, o, nil)
	p := newProxy(t, c.members[0].client)
	o.Endpoints, o.Wait = []string{p.addr()}, 2*time.Second
	s := open(t, o)
	for i, after := range []bool{false, true} {
		before := counted(t, direct, "count")
		_, err := s.Update(t.Context(), func(tx kv.Tx) error {
			err := kvtest.Increment(tx, "count")
			p.arm(func(up bool, _ int) fate {
				if after && up { // once
					after = false
					return pass
				}
				return cut
			})
			return err
		})
		if !errors.Is(err, etcd.ErrUnknown) || !errors.Is(err, kv.ErrUnavailable) {
			t.Fatalf("%d: %v", i, err)
		}
		t.Log(err)
		p.arm(nil)
		until(t, "the connection", func() bool { return s.View(t.Context(), func(kv.View) error { return nil }) == nil })
		between := counted(t, direct, "count")
		if between > before+1 {
			t.Errorf("%d: happened %d times", i, between-before)
		}
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }); err != nil {
			t.Fatal(err)
		}
		if got := counted(t, direct, "count"); got != between+1 {
			t.Errorf("%d: %d, want %d", i, got, between+1)
		}
	}
}

// TestLateCommit: a commit that reaches the member only after it was settled does not happen any more.
func TestLateCommit(t *testing.T) {
	c := single(t)
	o := c.options(t)
	direct := create(t, o, nil)
	const aFrame = 60                          // bytes; what belongs to the connection alone is shorter
	for i, warm := range []bool{true, false} { // the first commit of a client, too
		p := newProxy(t, c.members[0].client)
		o := o
		o.Endpoints = []string{p.addr()}
		s := open(t, o)
		put := func(hold bool) {
			if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
				_, err := tx.Get("t/none") // and not t/a, so that no claim stands in the way of the late commit
				if hold {
					p.arm(func(up bool, size int) fate {
						if !up || size < aFrame {
							return pass
						}
						p.armed = nil
						return late
					})
					hold = false
				}
				if !errors.Is(err, kv.ErrNotFound) {
					return err
				}
				return tx.Put("t/a", []byte{byte(i)})
			}); err != nil {
				t.Fatal(err)
			}
		}
		if warm {
			put(false)
		}
		put(true)
		if _, err := direct.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/a", []byte("newer")) }); err != nil {
			t.Fatal(err)
		}
		close(p.release)
		until(t, "the answer to the late commit", func() bool { return p.answers.Load() > aFrame })
		view(t, direct, func(v kv.View) error {
			if got, err := v.Get("t/a"); string(got) != "newer" || err != nil {
				t.Errorf("got %q, %v: the late commit has happened", got, err)
			}
			return nil
		})
	}
}
