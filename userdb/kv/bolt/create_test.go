package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "store")
	s := bolt.New(path, bolt.Options{})
	refused(t, s, kv.ErrNoStore)
	if _, err := s.Rev(); !errors.Is(err, kv.ErrNoStore) {
		t.Errorf("rev: %v", err)
	}
	fill := func(tx kv.Tx) error { return errors.Join(tx.Put("ring", []byte("1")), tx.Put("user/ada", nil)) }
	if err := bolt.Create(t.Context(), path, bolt.Options{}, fill); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(v kv.View) { wants(t, v, "ring", []byte("1")) })
	for name, mode := range map[string]os.FileMode{dir: os.ModeDir | 0o700, path: 0o600, path + ".lock": 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, mode)
		}
	}
	wantFiles(t, dir, "store", "store.lock")
	check(t, path)

	if err := bolt.Create(t.Context(), path, bolt.Options{}, nil); !errors.Is(err, kv.ErrExists) {
		t.Errorf("over a store: %v", err)
	}
	view(t, s, func(v kv.View) { wants(t, v, "ring", []byte("1")) })
	if rev, err := s.Rev(); err != nil || put(t, s, "ring") != rev+1 {
		t.Errorf("rev: %d, %v", rev, err)
	}
}

func TestCreateFails(t *testing.T) {
	dir := t.TempDir()
	mine := errors.New("mine")
	err := bolt.Create(t.Context(), filepath.Join(dir, "store"), bolt.Options{}, func(kv.Tx) error { return mine })
	if err != mine {
		t.Errorf("got %v", err)
	}
	wantFiles(t, dir)
	taken := filepath.Join(dir, "taken")
	write(t, taken, []byte("of somebody else"))
	if err := bolt.Create(t.Context(), taken, bolt.Options{}, nil); !errors.Is(err, kv.ErrExists) {
		t.Errorf("over a file: %v", err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err == nil {
		if err := bolt.Create(t.Context(), filepath.Join(dir, "dangling"), bolt.Options{}, nil); !errors.Is(err, kv.ErrExists) {
			t.Errorf("over a link: %v", err)
		}
		wantFiles(t, dir, "dangling", "taken")
	}
	if got := string(read(t, taken)); got != "of somebody else" {
		t.Errorf("it was overwritten: %q", got)
	}
}

// The companion of a store that was taken away serves the new one, and who has it mapped hears of the change.
func TestCreateWithLeftCompanion(t *testing.T) {
	s := several(t)
	old := put(t, s, "deny/1")
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	refused(t, s, kv.ErrNoStore)
	before, _ := os.Stat(s.Path() + ".lock")
	if err := bolt.Create(t.Context(), s.Path(), bolt.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	after, _ := os.Stat(s.Path() + ".lock")
	if !os.SameFile(before, after) {
		t.Error("the companion was replaced")
	}
	if rev, err := s.Rev(); err != nil || rev == old {
		t.Errorf("rev: %d, %v: the old store's", rev, err)
	}
	if _, _, err := kvtest.Changes(t.Context(), s, old); !errors.Is(err, kv.ErrCompacted) {
		t.Errorf("changes since the old store: %v", err)
	}
	put(t, s, "deny/2")
}

func TestCreateAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	var all sync.WaitGroup
	var made atomic.Int32
	for i := range 8 {
		all.Go(func() {
			err := bolt.Create(t.Context(), path, bolt.Options{}, func(tx kv.Tx) error {
				return tx.Put("by", fmt.Append(nil, i))
			})
			switch {
			case err == nil:
				made.Add(1)
				view(t, bolt.New(path, bolt.Options{}), func(v kv.View) { wants(t, v, "by", fmt.Append(nil, i)) })
			case !errors.Is(err, kv.ErrExists):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d made it", made.Load())
	}
	wantFiles(t, filepath.Dir(path), "store", "store.lock")
}

// wantFiles checks what a directory holds.
func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s holds %q, %v, want %q", dir, got, err, want)
	}
}
