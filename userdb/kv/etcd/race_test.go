//go:build etcd

package etcd_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/kvtest"
)

// TestClientsCount has several clients, each with goroutines of its own, count in one record.
func TestClientsCount(t *testing.T) {
	o := single(t).options(t)
	s := create(t, o, nil)
	const clients, threads = 6, 2
	each := often(20, 200)
	var runs atomic.Int64
	var all sync.WaitGroup
	for range clients {
		own := open(t, o)
		for range threads {
			all.Go(func() {
				for range each {
					if _, err := own.Update(t.Context(), func(tx kv.Tx) error { runs.Add(1); return kvtest.Increment(tx, "count") }); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	const n = clients * threads
	if got := counted(t, s, "count"); got != n*each {
		t.Errorf("got %d, want %d", got, n*each)
	}
	t.Logf("%d commits of %d clients on one record, %.1f runs each", n*each, clients, float64(runs.Load())/float64(n*each))
}

// TestFloorIsAClaim: names that come between what Floor found and what it was asked for, or that go, are conflicts; others are
// not. So a list that is kept as ranges has no holes and no overlaps, whoever splits them.
func TestFloorIsAClaim(t *testing.T) {
	o := single(t).options(t)
	s, other := create(t, o, nil), open(t, o)
	put := func(tb testing.TB, s kv.Store, name string) {
		if _, err := s.Update(tb.Context(), func(tx kv.Tx) error { return tx.Put(name, []byte("of "+name)) }); err != nil {
			tb.Fatal(err)
		}
	}
	for _, name := range []string{"t/b", "t/f", "t/x"} {
		put(t, s, name)
	}
	for _, test := range []struct {
		meanwhile string // put by the other, or with - before it, deleted
		runs      int
	}{
		{"t/a", 1}, {"t/b", 1}, {"t/f", 2}, {"t/g", 2}, {"t/k", 2}, {"t/k\x00", 1}, {"t/x", 1}, {"-t/b", 1}, {"-t/f", 2}, {"-t/x", 1}, {"-t/none", 1},
	} {
		t.Run(test.meanwhile, func(t *testing.T) {
			for _, name := range []string{"t/b", "t/f", "t/x"} {
				put(t, s, name)
			}
			if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return errors.Join(tx.Delete("t/g"), tx.Delete("t/k")) }); err != nil {
				t.Fatal(err)
			}
			runs := 0
			if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
				found, _, err := tx.Floor("t/k")
				if runs++; runs == 1 {
					_, err2 := other.Update(t.Context(), func(tx kv.Tx) error {
						if test.meanwhile[0] == '-' {
							return tx.Delete(test.meanwhile[1:])
						}
						return tx.Put(test.meanwhile, []byte("of "+test.meanwhile))
					})
					err = errors.Join(err, err2)
				}
				return errors.Join(err, tx.Put("result", []byte(found)))
			}); err != nil {
				t.Fatal(err)
			}
			if runs != test.runs {
				t.Errorf("%d runs, want %d", runs, test.runs)
			}
		})
	}
}

// TestEmptyIsNotMissing: a record that was not there and is empty now is a conflict.
func TestEmptyIsNotMissing(t *testing.T) {
	o := single(t).options(t)
	s, other := create(t, o, nil), open(t, o)
	runs := 0
	if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
		_, err := tx.Get("t/a")
		if runs++; runs == 1 && errors.Is(err, kv.ErrNotFound) {
			_, err = other.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/a", nil) })
		}
		return errors.Join(err, tx.Put("t/b", nil))
	}); err != nil || runs != 2 {
		t.Errorf("%d runs, want 2; %v", runs, err)
	}
}

// TestSlowIsNotStarved: an Update that takes longer than the others take between their commits gets the store to itself.
func TestSlowIsNotStarved(t *testing.T) {
	c := single(t)
	o, cl := c.options(t), c.behind(t)
	s, beside := create(t, o, nil), open(t, o)
	done, committed := make(chan struct{}), make(chan struct{}, 1)
	var all sync.WaitGroup
	var others atomic.Int64
	for range 3 {
		fast := open(t, o)
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := fast.Update(t.Context(), func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }); err != nil {
					t.Error(err)
				}
				others.Add(1)
				select {
				case committed <- struct{}{}:
				default:
				}
			}
		})
	}
	runs := 0
	_, err := s.Update(t.Context(), func(tx kv.Tx) error {
		runs++
		seen, err := kvtest.Count(tx, "count")
		for runs <= 8 && err == nil && counted(t, beside, "count") == seen { // until others have committed since
			<-committed
		}
		if runs > 8 {
			if alone, err := cl.Get(t.Context(), o.Prefix+"/alone"); err != nil || alone.Count == 0 {
				t.Errorf("run %d, and it is not alone: %v", runs, err)
			}
		}
		return errors.Join(err, kvtest.Increment(tx, "count"))
	})
	close(done)
	all.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if got := counted(t, s, "count"); got != int(others.Load())+1 {
		t.Errorf("got %d, want %d", got, others.Load()+1)
	}
	if runs != 9 { // eight races lost, and none after that
		t.Errorf("%d runs", runs)
	}
	t.Logf("%d runs, %d commits of others meanwhile", runs, others.Load())
}

// TestDeadHolder: who was killed while it had the store to itself does not keep it from the others, and who only was slow loses
// its race, and nothing else.
func TestDeadHolder(t *testing.T) {
	c := single(t)
	o := c.options(t)
	o.Wait = 8 * time.Second // of which a quarter goes into waiting for who is dead
	s := create(t, o, nil)
	cl := c.behind(t)
	if _, err := cl.Put(t.Context(), o.Prefix+"/alone", "somebody"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return kvtest.Increment(tx, "count") }); err != nil {
			t.Fatal(err)
		}
	}
	if got := counted(t, s, "count"); got != 2 {
		t.Errorf("got %d", got)
	}
}

// TestLargeUpdates: what is read and written in one Update may be more than members take side by side, and far too much is an
// error that changes nothing.
func TestLargeUpdates(t *testing.T) {
	c := single(t)
	o := c.options(t)
	s := create(t, o, nil)
	many := func(n int, read bool) error {
		_, err := s.Update(t.Context(), func(tx kv.Tx) error {
			for i := range n {
				name := fmt.Sprintf("t/%05d", i)
				if read {
					if _, err := tx.Get(name); err != nil && !errors.Is(err, kv.ErrNotFound) {
						return err
					}
				}
				if err := tx.Put(name, strconv.AppendInt(nil, int64(n), 10)); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	}
	all := func() (n int) {
		view(t, s, func(v kv.View) error {
			for _, err := range v.Scan("t/", "") {
				if n++; err != nil {
					return err
				}
			}
			return nil
		})
		return n
	}
	for _, n := range []int{55, 61, 111, 600} {
		if err := many(n, true); err != nil || all() != n {
			t.Errorf("%d records: %v, and there are %d", n, err, all())
		}
	}
	if err := many(4000, false); !errors.Is(err, etcd.ErrTooLarge) || all() != 600 {
		t.Errorf("4,000 records: %v, and there are %d", err, all())
	}
	for _, kb := range []int{1700, 2048, 3000} { // gRPC does not carry the larger ones
		_, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/0", make([]byte, kb<<10)) })
		if !errors.Is(err, etcd.ErrTooLarge) || all() != 600 {
			t.Errorf("%d KiB: %v, and there are %d", kb, err, all())
		}
	}
	cl := c.behind(t)
	if resp, err := cl.Get(t.Context(), o.Prefix+"/alone", clientv3.WithCountOnly()); err != nil || resp.Count != 0 {
		t.Errorf("somebody has the store to itself still: %v", err)
	}
	if err := many(1500, false); err != nil || all() != 1500 {
		t.Errorf("1,500 records: %v, and there are %d", err, all())
	}
	names := 0
	view(t, s, func(v kv.View) error {
		for e, err := range v.Scan("t/", "t/00999") {
			if names++; err != nil || string(e.Value) != "1500" {
				return fmt.Errorf("%q: %q, %v", e.Name, e.Value, err)
			}
		}
		for at, want := range map[string]string{"t/01234x": "t/01234", "t/x": "t/01499", "t/01\xff": "t/01499", "t/009": "t/00899", "u": "t/01499"} {
			if found, _, err := v.Floor(at); err != nil || found != want {
				t.Errorf("floor of %q: got %q, want %q, %v", at, found, want, err)
			}
		}
		return nil
	})
	if names != 500 {
		t.Errorf("%d after the first 1,000", names)
	}
}
