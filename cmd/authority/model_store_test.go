package authority_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// TestStoreFileFollowsTheModel is TestVerdictsFollowTheModel on a sealed store in a file.
func TestStoreFileFollowsTheModel(t *testing.T) {
	kvtest.Checks(t, 10, 250)
	followsTheModel(t, newFiles(t), "Whatever is done in whatever order, a sealed store file gives the verdicts, lists and audit of a plain model")
}

// followsTheModel is TestVerdictsFollowTheModel on sealed stores that last.
func followsTheModel(t *testing.T, stores stores, promise string) {
	t.Helper()
	lives, acts, verdicts, wrong := 0, 0, 0, 0
	defer func() {
		kvtest.Figure(t, promise, kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"),
			kvtest.Tried(verdicts, "verdicts"), kvtest.Never(wrong, "wrong verdicts"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		s := stores.next(t)
		defer s.remove()
		m := newModel(t, s.store)
		defer func() {
			lives, acts, verdicts, wrong = lives+1, acts+m.acts, verdicts+m.verified, wrong+m.wrong
		}()
		m.run(t)
	})
}

// stores makes one store after the other.
type stores interface {
	next(t failer) lasting
}

// A lasting store is a sealed one that other processes can open, too.
type lasting struct {
	at     string // its path, or its URL
	key    sealed.Key
	store  kv.Store
	remove func()
}

// files makes store files.
type files struct {
	dir  string
	made int
}

func newFiles(t *testing.T) *files { return &files{dir: t.TempDir()} }

func (f *files) next(t failer) lasting {
	t.Helper()
	f.made++
	path, key := filepath.Join(f.dir, fmt.Sprint(f.made)), sealed.NewKey()
	if err := bolt.Create(context.Background(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		t.Fatal(err)
	}
	return lasting{path, key, sealed.New(bolt.New(path, bolt.Options{}), key), func() {
		os.Remove(path)
		os.Remove(path + ".lock")
	}}
}

// settle has what a process sent before it was killed come to its end: what has not arrived by now does not happen any more. Each
// act goes by the head of its chain of the audit, and who has read it before, has lost. A file has nothing under way.
func settle(ctx context.Context, s kv.Store, chain string) error {
	_, err := s.Update(ctx, func(tx kv.Tx) error {
		name := "audit-head/" + chain
		head, err := tx.Get(name)
		if err != nil {
			return err
		}
		return tx.Put(name, head)
	})
	return err
}
