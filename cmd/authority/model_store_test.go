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
	files := newFiles(t)
	lives, acts, verdicts, wrong := 0, 0, 0, 0
	defer func() {
		kvtest.Figure(t, "Whatever is done in whatever order, a sealed store file gives the verdicts, lists and audit of a plain model",
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"), kvtest.Tried(verdicts, "verdicts"),
			kvtest.Never(wrong, "wrong verdicts"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		file := files.next(t)
		m := newModel(t, file.store)
		defer file.remove()
		defer func() {
			lives, acts, verdicts, wrong = lives+1, acts+m.acts, verdicts+m.verified, wrong+m.wrong
		}()
		m.run(t)
	})
}

// files makes one store file after the other.
type files struct {
	dir  string
	made int
}

func newFiles(t *testing.T) *files { return &files{dir: t.TempDir()} }

// A storeFile is a sealed store in a file.
type storeFile struct {
	path  string
	key   sealed.Key
	store kv.Store
}

func (s storeFile) remove() {
	os.Remove(s.path)
	os.Remove(s.path + ".lock")
}

func (f *files) next(t failer) storeFile {
	t.Helper()
	f.made++
	path, key := filepath.Join(f.dir, fmt.Sprint(f.made)), sealed.NewKey()
	if err := bolt.Create(context.Background(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		t.Fatal(err)
	}
	return storeFile{path, key, sealed.New(bolt.New(path, bolt.Options{}), key)}
}
