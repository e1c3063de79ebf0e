package authority_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// TestStoreFileFollowsTheModel is TestVerdictsFollowTheModel on a sealed store in a file.
func TestStoreFileFollowsTheModel(t *testing.T) {
	checks(t, 10, 500)
	files := newFiles(t)
	lives, acts, verdicts, wrong := 0, 0, 0, 0
	defer func() {
		kvtest.Figure(t, "Whatever is done in whatever order, a sealed store file gives the verdicts, lists and audit of a plain model",
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"), kvtest.Tried(verdicts, "verdicts"),
			kvtest.Never(wrong, "wrong verdicts"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t, files.next(t).store)
		defer func() {
			lives, acts, verdicts, wrong = lives+1, acts+m.acts, verdicts+m.verified, wrong+m.wrong
		}()
		m.run(t)
	})
}

// checks has rapid check a property this many times, which is not as often as one in memory: normally, and with
// JOTKIT_LONG.
func checks(t *testing.T, normal, long int) {
	t.Helper()
	name, n := "rapid.checks", normal
	if os.Getenv("JOTKIT_LONG") != "" {
		n = long
	}
	before := flag.Lookup(name).Value.String()
	if err := flag.Set(name, strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set(name, before) })
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

func (f *files) next(t failer) storeFile {
	t.Helper()
	f.made++
	path, key := filepath.Join(f.dir, fmt.Sprint(f.made)), sealed.NewKey()
	if err := bolt.Create(context.Background(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		t.Fatal(err)
	}
	return storeFile{path, key, sealed.New(bolt.New(path, bolt.Options{}), key)}
}
