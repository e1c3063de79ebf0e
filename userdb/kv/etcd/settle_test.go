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
	"jotkit/userdb/kv/etcd/etcdtest"
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
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints = []string{p.Addr()}
	s := open(t, o)
	// The next that comes up is the commit. Of a cut on its way back the member knows nothing, so it has committed.
	cut := func(way bool) etcdtest.Decide {
		return etcdtest.Once(func(up bool, _ int) etcdtest.Fate {
			if up == way {
				return etcdtest.Cut
			}
			return etcdtest.Pass
		})
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
				p.Arm(cut(i%2 == 0))
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
		commits, p.Cuts(), first)
	if p.Cuts() < commits {
		t.Errorf("only %d cuts", p.Cuts())
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
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints = []string{p.Addr()}
	random := rand.New(rand.NewPCG(3, 4))
	p.Arm(func(bool, int) etcdtest.Fate {
		if random.IntN(25) == 0 {
			return etcdtest.Cut + etcdtest.Fate(random.IntN(2))
		}
		return etcdtest.Pass
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
	p.Arm(nil)
	if got := counted(t, direct, "count"); got != clients*each {
		t.Errorf("%d commits happened, %d were acknowledged", got, clients*each)
	}
	t.Logf("%d commits of %d clients acknowledged, %d connections cut", clients*each, clients, p.Cuts())
}

// TestUnknown: a commit of which nothing can be found out is said to be one, and the next Update finds the store as it is.
func TestUnknown(t *testing.T) {
	c := single(t)
	o := c.options(t)
	direct := create(t, o, nil)
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints, o.Wait = []string{p.Addr()}, 2*time.Second
	s := open(t, o)
	for i, after := range []bool{false, true} {
		before := counted(t, direct, "count")
		_, err := s.Update(t.Context(), func(tx kv.Tx) error {
			err := kvtest.Increment(tx, "count")
			p.Arm(func(up bool, _ int) etcdtest.Fate {
				if after && up { // once
					after = false
					return etcdtest.Pass
				}
				return etcdtest.Cut
			})
			return err
		})
		if !errors.Is(err, etcd.ErrUnknown) || !errors.Is(err, kv.ErrUnavailable) {
			t.Fatalf("%d: %v", i, err)
		}
		t.Log(err)
		p.Arm(nil)
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
		p := etcdtest.NewProxy(t, c.members[0].Client)
		o := o
		o.Endpoints = []string{p.Addr()}
		s := open(t, o)
		put := func(hold bool) {
			if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
				_, err := tx.Get("t/none") // and not t/a, so that no claim stands in the way of the late commit
				if hold {
					p.Arm(etcdtest.Once(func(up bool, size int) etcdtest.Fate {
						if !up || size < aFrame {
							return etcdtest.Pass
						}
						return etcdtest.Late
					}))
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
		p.Release()
		until(t, "the answer to the late commit", func() bool { return p.Answers() > aFrame })
		view(t, direct, func(v kv.View) error {
			if got, err := v.Get("t/a"); string(got) != "newer" || err != nil {
				t.Errorf("got %q, %v: the late commit has happened", got, err)
			}
			return nil
		})
	}
}
