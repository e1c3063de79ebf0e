//go:build etcd

package etcd_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// A crowd is Updates that wait for one that takes its time, and then have their turn together.
type crowd struct {
	t    *testing.T
	s    *etcd.Store
	all  sync.WaitGroup
	goOn chan struct{}
	cut  bool // from the cluster: then the first cannot end well either
}

// gather has an Update take its time until the crowd is let go.
func gather(t *testing.T, s *etcd.Store) *crowd {
	t.Helper()
	c := &crowd{t: t, s: s, goOn: make(chan struct{})}
	busy := make(chan struct{})
	var once sync.Once
	c.all.Go(func() {
		_, err := s.Update(t.Context(), func(tx kv.Tx) error {
			once.Do(func() { close(busy) })
			<-c.goOn
			return tx.Put("first", nil)
		})
		if err != nil && !(c.cut && errors.Is(err, kv.ErrUnavailable)) {
			t.Error(err)
		}
		once.Do(func() { close(busy) }) // also where it never ran
	})
	<-busy
	return c
}

// joins is one more of the crowd.
func (c *crowd) joins(do func()) { c.all.Go(do) }

// letGo waits until n wait, lets them go, and waits until all have come to their end.
func (c *crowd) letGo(n int) {
	c.t.Helper()
	until(c.t, "the crowd", func() bool { return etcd.Waiting(c.s) == n })
	close(c.goOn)
	c.all.Wait()
}

// commits counts how many commits a store has seen.
func commits(t *testing.T, c *cluster, o etcd.Options) (since func() int) {
	t.Helper()
	cl := c.behind(t)
	head := func() int64 {
		resp, err := cl.Get(t.Context(), o.Prefix)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Header.Revision
	}
	before := head()
	return func() int { return int(head() - before) }
}

// crowded makes a store, and warms it up, so that many have their turn together.
func crowded(t *testing.T, o etcd.Options) *etcd.Store {
	t.Helper()
	s := create(t, o, nil)
	for i := range 16 {
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(fmt.Sprint("warm/", i), nil) }); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
