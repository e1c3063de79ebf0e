package bolt_test

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

func TestOldCopyRefused(t *testing.T) {
	s := several(t)
	old := read(t, s.Path())
	put(t, s, "user/99")
	newest := read(t, s.Path())
	write(t, s.Path(), old)
	refused(t, s, kv.ErrRolledBack)

	temp := s.Path() + ".restored" // put back the way that a restore does it
	write(t, temp, old)
	if err := os.Rename(temp, s.Path()); err != nil {
		t.Fatal(err)
	}
	refused(t, s, kv.ErrRolledBack)
	write(t, s.Path(), newest)
	view(t, s, func(v kv.View) { wants(t, v, "user/99", []byte("x")) })
}

// bbolt falls back to the older meta page without a word: the last commit would be undone.
func TestNewestMetaDestroyed(t *testing.T) {
	s := several(t)
	whole := read(t, s.Path())
	const page, txid, checksum = 4096, 16 + 48, 16 + 56
	newest := 0
	if binary.NativeEndian.Uint64(whole[page+txid:]) > binary.NativeEndian.Uint64(whole[txid:]) {
		newest = page
	}
	whole[newest+checksum] ^= 1
	write(t, s.Path(), whole)
	refused(t, s, kv.ErrRolledBack)
}

func TestOtherStoreRefused(t *testing.T) {
	s, other := several(t), several(t)
	write(t, s.Path(), read(t, other.Path()))
	refused(t, s, kv.ErrRolledBack)
}

// A writer that was killed between its commit and the companion leaves the companion behind. That is no roll-back, and
// whoever comes next announces what it wrote.
func TestUnannouncedCommit(t *testing.T) {
	s := several(t)
	behind := read(t, s.Path()+".lock")
	rev := put(t, s, "deny/1")
	write(t, s.Path()+".lock", behind)
	if got, err := s.Rev(); err != nil || got != rev-1 {
		t.Fatalf("rev: %d, %v, want %d", got, err, rev-1)
	}
	view(t, s, func(v kv.View) { wants(t, v, "deny/1", []byte("x")) })
	if got, err := s.Rev(); err != nil || got != rev {
		t.Errorf("rev: %d, %v, want %d", got, err, rev)
	}
	write(t, s.Path()+".lock", behind)
	if next := put(t, s, "deny/2"); next != rev+1 {
		t.Errorf("next revision: %d, want %d", next, rev+1)
	}
	if got, err := s.Rev(); err != nil || got != rev+1 {
		t.Errorf("rev: %d, %v, want %d", got, err, rev+1)
	}
}

// Another process sees a change without opening the store, and without having been told.
func TestRevIsShared(t *testing.T) {
	s := several(t)
	before, err := s.Rev()
	if err != nil {
		t.Fatal(err)
	}
	other := bolt.New(s.Path(), bolt.Options{})
	if rev := put(t, other, "deny/1"); rev != before+1 {
		t.Errorf("update: %d, want %d", rev, before+1)
	}
	if rev, err := s.Rev(); err != nil || rev != before+1 {
		t.Errorf("rev: %d, %v, want %d", rev, err, before+1)
	}
}

// A link to the store is the store: both have one companion, and hear of each other.
func TestLinkedStore(t *testing.T) {
	s := several(t)
	path := t.TempDir() + "/link"
	if err := os.Symlink(s.Path(), path); err != nil {
		t.Skip(err)
	}
	linked := bolt.New(path, bolt.Options{})
	rev := put(t, linked, "deny/1")
	if got, err := s.Rev(); err != nil || got != rev {
		t.Errorf("rev: %d, %v, want %d", got, err, rev)
	}
	if _, err := os.Stat(path + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a companion beside the link: %v", err)
	}
}

func TestKeepsChanges(t *testing.T) {
	s := create(t, nil)
	var last kv.Rev
	for range kv.KeptChanges + 5 {
		last = put(t, s, "ring")
	}
	if names, now, err := kvtest.Changes(t.Context(), s, last-kv.KeptChanges); len(names) != 1 || now != last || err != nil {
		t.Errorf("as far back as is kept: %q, %d, %v", names, now, err)
	}
	if _, now, err := kvtest.Changes(t.Context(), s, last-kv.KeptChanges-1); now != last || !errors.Is(err, kv.ErrCompacted) {
		t.Errorf("one further: %d, %v", now, err)
	}
	check(t, s.Path())
}

func put(t *testing.T, s kv.Store, name string) kv.Rev {
	t.Helper()
	rev, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(name, []byte("x")) })
	if err != nil {
		t.Fatal(err)
	}
	return rev
}
