// Package kvtest is what every kv.Store promises, written as tests. A new engine passes [Run] before anything uses it.
package kvtest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"jotkit/userdb/kv"
)

// Run tests the stores that open makes. Each call of open gives a new one, which may hold records of its own already
// but none with a name that begins with "t/" or "deny/", and neither "ring" nor "settings".
func Run(t *testing.T, open func(t *testing.T) kv.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, kv.Store)
	}{
		{"update is seen", updateIsSeen},
		{"error changes nothing", errorChangesNothing},
		{"reads own writes", readsOwnWrites},
		{"empty is not missing", emptyIsNotMissing},
		{"copies", copies},
		{"names", names},
		{"panic", panics},
		{"cancelled", cancelled},
		{"floor", floor},
		{"floor in update", floorInUpdate},
		{"floor against a model", floorModel},
		{"scan", scan},
		{"scan in pages", scanPages},
		{"large values", largeValues},
		{"concurrent updates", concurrentUpdates},
		{"one moment", oneMoment},
		{"revision", revision},
		{"changes", changes},
		{"changes of the future", changesAhead},
		{"changes after all", changesLong},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// put writes pairs of name and value in one Update.
func put(t *testing.T, s kv.Store, pairs ...string) kv.Rev {
	t.Helper()
	rev, err := s.Update(t.Context(), func(tx kv.Tx) error {
		for pair := range slices.Chunk(pairs, 2) {
			if err := tx.Put(pair[0], []byte(pair[1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("put %q: %v", pairs, err)
	}
	return rev
}

// remove deletes names in one Update.
func remove(t *testing.T, s kv.Store, names ...string) kv.Rev {
	t.Helper()
	rev, err := s.Update(t.Context(), func(tx kv.Tx) error {
		for _, name := range names {
			if err := tx.Delete(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("delete %q: %v", names, err)
	}
	return rev
}

// view runs fn over the committed state.
func view(t *testing.T, s kv.Store, fn func(kv.View)) {
	t.Helper()
	if err := s.View(t.Context(), func(v kv.View) error { fn(v); return nil }); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// wants checks that name has this value.
func wants(t *testing.T, r kv.Reader, name, value string) {
	t.Helper()
	if got, err := r.Get(name); err != nil || !bytes.Equal(got, []byte(value)) {
		t.Errorf("get %q: got %q, %v, want %q", name, got, err, value)
	}
}

// lacks checks that name has no value.
func lacks(t *testing.T, r kv.Reader, name string) {
	t.Helper()
	if got, err := r.Get(name); !errors.Is(err, kv.ErrNotFound) {
		t.Errorf("get %q: got %q, %v, want not found", name, got, err)
	}
}
