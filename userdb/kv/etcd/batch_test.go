//go:build etcd

package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
	"jotkit/userdb/kv/kvtest"
)

// TestTogether: Updates that wait at once are one commit, each sees what those before it wrote, and one that is refused has
// written nothing.
func TestTogether(t *testing.T) {
	c := single(t)
	o := c.options(t)
	s := crowded(t, o)
	since := commits(t, c, o)
	crowd := gather(t, s)
	const n = 20
	refused := errors.New("refused")
	for i := range n {
		crowd.joins(func() {
			_, err := s.Update(t.Context(), func(tx kv.Tx) error {
				err := errors.Join(kvtest.Increment(tx, "count"), tx.Put(fmt.Sprint("own/", i), nil))
				if i%4 == 0 {
					return errors.Join(err, refused)
				}
				return err
			})
			if i%4 == 0 != errors.Is(err, refused) || i%4 != 0 && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	crowd.letGo(n)
	if got := since(); got != 2 {
		t.Errorf("%d commits, want that of the first and one for all others", got)
	}
	if got := counted(t, s, "count"); got != n-n/4 {
		t.Errorf("counted %d, want %d", got, n-n/4)
	}
	view(t, s, func(v kv.View) error {
		for i := range n {
			if _, err := v.Get(fmt.Sprint("own/", i)); errors.Is(err, kv.ErrNotFound) != (i%4 == 0) {
				t.Errorf("own/%d: %v", i, err)
			}
		}
		return nil
	})
}

// TestTogetherMeetsOthers: what one of them has read and another process writes meanwhile, has all of them run again, also one
// that was refused for what is not so any more.
func TestTogetherMeetsOthers(t *testing.T) {
	o := single(t).options(t)
	s, other := crowded(t, o), open(t, o)
	crowd := gather(t, s)
	taken := errors.New("taken")
	var once sync.Once
	crowd.joins(func() {
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }); err != nil {
			t.Error(err)
		}
	})
	put := func(s *etcd.Store, name string) {
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(name, nil) }); err != nil {
			t.Error(err)
		}
	}
	put(other, "place")
	crowd.joins(func() {
		_, err := s.Update(t.Context(), func(tx kv.Tx) error {
			_, err := tx.Get("place")
			once.Do(func() {
				if _, err := other.Update(t.Context(), func(tx kv.Tx) error { return tx.Delete("place") }); err != nil {
					t.Error(err)
				}
			})
			if err == nil {
				return taken
			}
			return tx.Put("place", []byte("mine"))
		})
		if err != nil {
			t.Errorf("refused for a place that is free: %v", err)
		}
	})
	crowd.letGo(2)
	if got := counted(t, s, "count"); got != 1 {
		t.Errorf("counted %d", got)
	}
}

// TestTogetherOneFails: one whose function panics, ends its goroutine or is not wanted any more is no harm to the others.
func TestTogetherOneFails(t *testing.T) {
	o := single(t).options(t)
	s := crowded(t, o)
	crowd := gather(t, s)
	const good = 6
	for range good {
		crowd.joins(func() {
			if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }); err != nil {
				t.Error(err)
			}
		})
	}
	crowd.joins(func() {
		defer func() {
			if recover() != "on purpose" {
				t.Error("no panic")
			}
		}()
		s.Update(t.Context(), func(kv.Tx) error { panic("on purpose") })
	})
	crowd.joins(func() {
		s.Update(t.Context(), func(kv.Tx) error { runtime.Goexit(); return nil })
	})
	ctx, stop := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := s.Update(ctx, func(tx kv.Tx) error { return tx.Put("unwanted", nil) })
		gone <- err
	}()
	until(t, "the crowd", func() bool { return etcd.Waiting(s) == good+3 })
	stop()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("not wanted any more: %v", err)
	}
	crowd.letGo(good + 2)
	if got := counted(t, s, "count"); got != good {
		t.Errorf("counted %d, want %d", got, good)
	}
	view(t, s, func(v kv.View) error {
		if _, err := v.Get("unwanted"); !errors.Is(err, kv.ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
}

// TestTooManyTogether: those that do not fit into one transaction have another turn, for what they read, for how many names
// they write, and for how long it is.
func TestTooManyTogether(t *testing.T) {
	o := single(t).options(t)
	for what, each := range map[string]func(tx kv.Tx, i int) error{
		"reads": func(tx kv.Tx, i int) error {
			for k := range 30 {
				if _, err := tx.Get(fmt.Sprintf("other/%d/%d", i, k)); !errors.Is(err, kv.ErrNotFound) {
					return err
				}
			}
			return nil
		},
		"names": func(tx kv.Tx, i int) (err error) {
			for k := range 30 {
				err = errors.Join(err, tx.Put(fmt.Sprintf("other/%d/%d", i, k), nil))
			}
			return err
		},
		"bytes": func(tx kv.Tx, i int) error {
			return tx.Put(fmt.Sprint("other/", i), []byte(strings.Repeat("x", 400_000)))
		},
	} {
		t.Run(what, func(t *testing.T) {
			o := o
			o.Prefix += "/" + what
			s := crowded(t, o)
			crowd := gather(t, s)
			const n = 10
			for i := range n {
				crowd.joins(func() {
					if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
						return errors.Join(each(tx, i), kvtest.Increment(tx, "count"))
					}); err != nil {
						t.Error(err)
					}
				})
			}
			crowd.letGo(n)
			if got := counted(t, s, "count"); got != n {
				t.Errorf("counted %d, want %d", got, n)
			}
		})
	}
}

// TestTogetherUnreachable: all are told when the cluster does not answer, after the time that they wait for it.
func TestTogetherUnreachable(t *testing.T) {
	c := single(t)
	o := c.options(t)
	create(t, o, nil)
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints, o.Wait = []string{p.Addr()}, 3*time.Second // within which the crowd has gathered
	s := open(t, o)
	crowd := gather(t, s)
	var told atomic.Int64
	const n = 5
	for range n {
		crowd.joins(func() {
			if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }); errors.Is(err, kv.ErrUnavailable) {
				told.Add(1)
			} else {
				t.Error(err)
			}
		})
	}
	until(t, "the crowd", func() bool { return etcd.Waiting(s) == n })
	p.Arm(func(bool, int) etcdtest.Fate { return etcdtest.Cut })
	crowd.cut = true
	crowd.letGo(n)
	if got := told.Load(); got != n {
		t.Errorf("%d of %d told", got, n)
	}
	p.Arm(nil)
}

// TestTogetherOneIsOver: one that has waited for long enough is told so, and does not wait for the others, whose time is not over.
func TestTogetherOneIsOver(t *testing.T) {
	c := single(t)
	o := c.options(t)
	create(t, o, nil)
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints, o.Wait = []string{p.Addr()}, time.Minute
	s := open(t, o)
	for range 16 { // so that they have their turn together
		announce(t, s, "t/warm")
	}
	crowd := gather(t, s)
	var once sync.Once
	count := func(tx kv.Tx) error {
		once.Do(func() { p.Become(etcdtest.Silent) })
		return kvtest.Increment(tx, "count")
	}
	patient := make(chan error, 1)
	crowd.joins(func() { _, err := s.Update(t.Context(), count); patient <- err })
	crowd.joins(func() {
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		if _, err := s.Update(ctx, count); !errors.Is(err, kv.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("its time is over: %v", err)
		}
		select {
		case err := <-patient:
			t.Errorf("the other one ended first: %v", err)
		default:
		}
		p.Become(etcdtest.Whole)
	})
	until(t, "the crowd", func() bool { return etcd.Waiting(s) == 2 })
	crowd.letGo(2)
	if err := <-patient; err != nil {
		t.Error(err)
	}
	if got := counted(t, s, "count"); got != 1 {
		t.Errorf("counted %d", got)
	}
}

// TestTogetherGivesUp: when the cluster is gone before the turn of many, each is told why for itself: who was told to stop that,
// and who has waited for long enough that it cannot be reached.
func TestTogetherGivesUp(t *testing.T) {
	c := single(t)
	o := c.options(t)
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints, o.Wait = []string{p.Addr()}, 2*time.Second
	s := crowded(t, o)
	first, leave := context.WithCancel(t.Context())
	busy, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var all sync.WaitGroup
	update := func(ctx context.Context, fn func(kv.Tx) error, want ...error) {
		all.Go(func() {
			_, err := s.Update(ctx, fn)
			for _, want := range want {
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			}
		})
	}
	update(first, func(tx kv.Tx) error {
		once.Do(func() { close(busy) })
		<-goOn
		return tx.Put("first", nil)
	}, context.Canceled)
	<-busy
	short, stop := context.WithTimeout(t.Context(), o.Wait*3/4)
	defer stop()
	unwanted, cancel := context.WithCancel(t.Context())
	count := func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }
	update(unwanted, count, context.Canceled)
	update(short, count, kv.ErrUnavailable, context.DeadlineExceeded)
	update(t.Context(), count, kv.ErrUnavailable)
	update(t.Context(), count, kv.ErrUnavailable)
	until(t, "the crowd", func() bool { return etcd.Waiting(s) == 4 })
	p.Become(etcdtest.Broken)
	leave()
	close(goOn)
	until(t, "the turn of the crowd", func() bool { return etcd.Waiting(s) == 0 })
	cancel()
	all.Wait()
}

// TestTogetherCutInTheMiddle: those that began to read when the cluster went away are told so, and not that others were quicker.
func TestTogetherCutInTheMiddle(t *testing.T) {
	c := single(t)
	o := c.options(t)
	p := etcdtest.NewProxy(t, c.members[0].Client)
	o.Endpoints, o.Wait = []string{p.Addr()}, 2*time.Second
	s := crowded(t, o)
	crowd := gather(t, s)
	crowd.cut = true
	const n = 4
	for i := range n {
		crowd.joins(func() {
			began := false
			_, err := s.Update(t.Context(), func(tx kv.Tx) error {
				began = true
				p.Become(etcdtest.Broken)
				return kvtest.Increment(tx, fmt.Sprint("count/", i))
			})
			if began && !errors.Is(err, kv.ErrUnreachable) || !errors.Is(err, kv.ErrUnavailable) {
				t.Error(err)
			}
		})
	}
	crowd.letGo(n)
}
