//go:build etcd

package etcd_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/kvtest"
)

// TestCreate: of many who make a store at once one does, and what it wrote is there, and nothing of the others.
func TestCreate(t *testing.T) {
	o := single(t).options(t)
	if err := open(t, o).View(t.Context(), func(kv.View) error { return nil }); !errors.Is(err, kv.ErrNoStore) {
		t.Errorf("view of no store: %v", err)
	}
	if _, err := open(t, o).Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/a", nil) }); !errors.Is(err, kv.ErrNoStore) {
		t.Errorf("update of no store: %v", err)
	}
	if _, err := open(t, o).Rev(); !errors.Is(err, kv.ErrNoStore) {
		t.Errorf("revision of no store: %v", err)
	}
	var made atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := etcd.Create(t.Context(), o, func(tx kv.Tx) error {
				for i := range 200 { // more than members take side by side
					if err := tx.Put("t/"+strings.Repeat("x", i), nil); err != nil {
						return err
					}
				}
				return tx.Put("ring", nil)
			})
			if err == nil {
				made.Add(1)
			} else if !errors.Is(err, kv.ErrExists) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	n := 0
	view(t, open(t, o), func(v kv.View) error {
		for _, err := range v.Scan("", "") {
			if n++; err != nil {
				return err
			}
		}
		return nil
	})
	if n != 201 {
		t.Errorf("%d records", n)
	}
}

func TestCreateFails(t *testing.T) {
	c := single(t)
	o := c.options(t)
	mine := errors.New("mine")
	if err := etcd.Create(t.Context(), o, func(tx kv.Tx) error { return errors.Join(tx.Put("t/a", nil), mine) }); !errors.Is(err, mine) {
		t.Errorf("got %v", err)
	}
	cl := c.behind(t)
	if left, err := cl.Get(t.Context(), o.Prefix+"/", clientv3.WithPrefix(), clientv3.WithCountOnly()); err != nil || left.Count != 0 {
		t.Errorf("%d keys are left behind, %v", left.Count, err)
	}
	if _, err := cl.Put(t.Context(), o.Prefix+"/r/user/ada", "somebody's"); err != nil {
		t.Fatal(err)
	}
	if err := etcd.Create(t.Context(), o, nil); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("over records without a store: %v", err)
	}
}

// TestGone: a store that was taken away is none, for who had it open as for the others, and one that is made in its place is
// another: who knew the first reads everything.
func TestGone(t *testing.T) {
	c := single(t)
	o := c.options(t)
	s := create(t, o, nil)
	known := announce(t, s, "ring")
	cl := c.behind(t)
	runs := 0
	_, err := s.Update(t.Context(), func(tx kv.Tx) error {
		_, err := tx.Get("ring")
		if runs++; runs == 1 {
			_, err2 := cl.Delete(t.Context(), o.Prefix+"/", clientv3.WithPrefix())
			err = errors.Join(err, err2)
		}
		return errors.Join(err, tx.Put("t/a", nil))
	})
	if !errors.Is(err, kv.ErrNoStore) || runs != 1 {
		t.Errorf("update of a store that went away: %v, %d runs", err, runs)
	}
	if err := etcd.Create(t.Context(), o, nil); err != nil {
		t.Fatal(err)
	}
	runs = 0
	if _, err := open(t, o).Update(t.Context(), func(tx kv.Tx) error {
		_, err := tx.Get("ring")
		if runs++; runs == 1 && errors.Is(err, kv.ErrNotFound) {
			_, err = cl.Delete(t.Context(), o.Prefix+"/", clientv3.WithPrefix())
		}
		return errors.Join(err, tx.Put("t/a", nil))
	}); !errors.Is(err, kv.ErrNoStore) {
		t.Errorf("update of an empty store that went away: %v, %d runs", err, runs)
	}
	if err := etcd.Create(t.Context(), o, nil); err != nil {
		t.Fatal(err)
	}
	announce(t, s, "settings")
	if names, now, err := kvtest.Changes(t.Context(), s, known); !errors.Is(err, kv.ErrCompacted) {
		t.Errorf("changes since another store: %q, %d, %v", names, now, err)
	}
}

// TestCompacted: history that the members have compacted is not made up, and a follower goes on.
func TestCompacted(t *testing.T) {
	c := single(t)
	o := c.options(t)
	s, follower := create(t, o, nil), open(t, o)
	follow(t, follower, "here")
	old := announce(t, s, "ring")
	cl := c.behind(t)
	for _, name := range []string{"deny/1", "deny/2"} {
		announce(t, s, name)
	}
	kept := announce(t, s, "deny/3")
	last := announce(t, s, "deny/4")
	if err := s.View(t.Context(), func(v kv.View) error {
		if _, err := v.Get("ring"); err != nil {
			return err
		}
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/beside", nil) }); err != nil {
			return err
		}
		resp, err := cl.Get(t.Context(), o.Prefix+"/r/t/beside")
		if err != nil {
			return err
		}
		if _, err := cl.Compact(t.Context(), resp.Kvs[0].ModRevision); err != nil {
			return err
		}
		_, err = v.Get("deny/1") // what was read before is remembered
		return err
	}); !errors.Is(err, kv.ErrBusy) {
		t.Errorf("read of a state that is gone: %v", err)
	}
	for _, since := range []kv.Rev{old, kept} {
		if names, now, err := kvtest.Changes(t.Context(), s, since); !errors.Is(err, kv.ErrCompacted) || now != last {
			t.Errorf("changes since %d: %q, %d, %v", since, names, now, err)
		}
	}
	if names, now, err := kvtest.Changes(t.Context(), s, last); err != nil || names != nil || now != last {
		t.Errorf("changes since the last: %q, %d, %v", names, now, err)
	}
	next := announce(t, s, "deny/5")
	until(t, "the next", func() bool { rev, err := follower.Rev(); return err == nil && rev == next })
}

// TestCompactedInUpdate: an Update whose state is compacted while it runs, runs again.
func TestCompactedInUpdate(t *testing.T) {
	c := single(t)
	o := c.options(t)
	s, other := create(t, o, nil), open(t, o)
	cl := c.behind(t)
	runs := 0
	if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
		_, err := kvtest.Count(tx, "count")
		if runs++; runs == 1 {
			announce(t, other, "t/beside")
			resp, err := cl.Get(t.Context(), "any")
			if err != nil {
				return err
			}
			if _, err := cl.Compact(t.Context(), resp.Header.Revision); err != nil {
				return err
			}
		}
		if _, another := tx.Get("t/beside"); err == nil && !errors.Is(another, kv.ErrNotFound) {
			err = another
		}
		return errors.Join(err, kvtest.Increment(tx, "count"))
	}); err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
}

// TestLeftovers: what clients keep for themselves goes with them, and what those leave who are killed goes a day later.
func TestLeftovers(t *testing.T) {
	c := single(t)
	o := c.options(t)
	if err := etcd.Create(t.Context(), o, nil); err != nil {
		t.Fatal(err)
	}
	cl := c.behind(t)
	left := func() int64 {
		resp, err := cl.Get(t.Context(), o.Prefix+"/tx/", clientv3.WithPrefix(), clientv3.WithCountOnly())
		if err != nil {
			t.Fatal(err)
		}
		return resp.Count
	}
	if n := left(); n != 0 {
		t.Errorf("%d left by Create", n)
	}
	for range 20 { // killed, as far as the cluster can tell
		announce(t, open(t, o), "t/a")
	}
	if n := left(); n != 20 {
		t.Errorf("%d in use", n)
	}
	use := func() {
		s := etcd.New(o)
		announce(t, s, "t/a")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	use()
	if n := left(); n != 20 {
		t.Errorf("%d in use on the same day", n)
	}
	o.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	for _, want := range []int64{12, 4, 0} {
		if use(); left() != want {
			t.Errorf("%d left, want %d", left(), want)
		}
	}
}

// TestErrors: who cannot be reached, and who is not what was expected, is told from each other.
func TestErrors(t *testing.T) {
	c := single(t)
	none := func(kv.View) error { return nil }
	o := c.options(t)
	o.Wait = time.Second / 2
	l, err := net.Listen("tcp", "127.0.0.1:0") // which nobody serves
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nobody := o
	nobody.Endpoints = []string{"127.0.0.1:1"}
	silent := o
	silent.Endpoints = []string{l.Addr().String()}
	plainly := o
	plainly.TLS = &tls.Config{}
	for name, test := range map[string]struct {
		o    etcd.Options
		says string
	}{
		"nobody": {nobody, "connection refused"}, "silent": {silent, ""}, "no TLS": {plainly, "handshake failed"},
	} {
		o := test.o
		s := open(t, o)
		if err := s.View(t.Context(), none); !errors.Is(err, kv.ErrUnreachable) || !errors.Is(err, kv.ErrUnavailable) ||
			!strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
		_, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/a", nil) })
		if !errors.Is(err, kv.ErrUnreachable) || errors.Is(err, etcd.ErrUnknown) {
			t.Errorf("update, %s: %v", name, err)
		}
		if err := etcd.Create(t.Context(), o, nil); !errors.Is(err, kv.ErrUnreachable) {
			t.Errorf("create, %s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop)
	silent.Wait = time.Minute
	if err := open(t, silent).View(ctx, none); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	ctx, stop = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if err := open(t, silent).View(ctx, none); !errors.Is(err, kv.ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("past its deadline: %v", err)
	}
}
