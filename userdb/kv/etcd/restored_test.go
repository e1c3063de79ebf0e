//go:build etcd

package etcd_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
)

// TestRestored restores a member from an older copy. Who has seen more of the store gives no answer from it any more, also when
// others have written to it since; who comes anew takes it for what it is.
func TestRestored(t *testing.T) {
	c := own(t, etcdtest.Setup{})
	m := c.members[0]
	o := c.options(t)
	followed := create(t, o, nil)
	announce(t, followed, "ring")
	asks, idle := open(t, o), open(t, o)
	data, saved := m.Data, filepath.Join(t.TempDir(), "saved")
	restart := func(between func() error) {
		t.Helper()
		m.Kill()
		if err := errors.Join(between(), m.Start(), m.Ready()); err != nil {
			t.Fatal(err)
		}
	}
	restart(func() error { return os.CopyFS(saved, os.DirFS(data)) })

	follow(t, followed, "here")
	announce(t, followed, "deny/1")
	view(t, asks, func(v kv.View) error { _, err := v.Get("deny/1"); return err })
	restart(func() error { return errors.Join(os.RemoveAll(data), os.CopyFS(data, os.DirFS(saved))) })

	refuses := func(s *etcd.Store) {
		t.Helper()
		err := s.View(t.Context(), func(v kv.View) error { _, err := v.Get("ring"); return err })
		_, atUpdate := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("t/a", nil) })
		_, atRev := s.Rev()
		for _, err := range []error{err, atUpdate, atRev} {
			if !errors.Is(err, kv.ErrRolledBack) || !errors.Is(err, etcd.ErrRestored) {
				t.Errorf("of an older copy: %v", err)
			}
		}
	}
	until(t, "the follower finding out", func() bool { _, err := followed.Rev(); return errors.Is(err, kv.ErrRolledBack) })
	refuses(asks)
	for range 30 {
		announce(t, idle, "deny/2") // who has seen nothing that is missing
	}
	refuses(asks)
	refuses(followed)
	view(t, open(t, o), func(v kv.View) error {
		if _, err := v.Get("deny/1"); !errors.Is(err, kv.ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
}

// TestRestoredOutOfSight restores a member while a follower is cut off from it, and has others write until the cluster has come
// further than the follower had seen. It would hear of what came since alone, so it has to find out.
func TestRestoredOutOfSight(t *testing.T) {
	c := own(t, etcdtest.Setup{})
	m := c.members[0]
	o := c.options(t)
	create(t, o, nil)
	saved := filepath.Join(t.TempDir(), "saved")
	m.Kill()
	if err := errors.Join(os.CopyFS(saved, os.DirFS(m.Data)), m.Start(), m.Ready()); err != nil {
		t.Fatal(err)
	}
	p := etcdtest.NewProxy(t, m.Client)
	far := o
	far.Endpoints = []string{p.Addr()}
	s := open(t, far)
	follow(t, s, "here")
	seen := announce(t, s, "deny/1")

	p.Become(etcdtest.Broken)
	m.Kill()
	if err := errors.Join(os.RemoveAll(m.Data), os.CopyFS(m.Data, os.DirFS(saved)), m.Start(), m.Ready()); err != nil {
		t.Fatal(err)
	}
	writer := open(t, o)
	for at := kv.Rev(0); at <= seen+100; {
		at = announce(t, writer, "deny/2")
	}
	until(t, "old news", func() bool { _, err := s.Rev(); return errors.Is(err, kv.ErrStale) })
	p.Become(etcdtest.Whole)
	until(t, "the follower finding out", func() bool {
		_, err := s.Rev()
		if err == nil {
			t.Fatal("the follower goes on")
		}
		return errors.Is(err, etcd.ErrRestored)
	})
}
