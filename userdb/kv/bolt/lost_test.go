package bolt_test

import (
	"errors"
	"os"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// TestLost: what Lost tells of a copy is what Restore does with it.
func TestLost(t *testing.T) {
	s := create(t, nil)
	from := s.Path() + ".copy"
	if err := backUp(s, from); err != nil {
		t.Fatal(err)
	}
	if lost, known, err := s.Lost(t.Context(), from); lost != 0 || !known || err != nil {
		t.Errorf("the same state: %d, %v, %v", lost, known, err)
	}
	for range 2 {
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("user/a", []byte("x")) }); err != nil {
			t.Fatal(err)
		}
	}
	if lost, known, err := s.Lost(t.Context(), from); lost != 2 || !known || !errors.Is(err, kv.ErrRolledBack) {
		t.Errorf("two commits later: %d, %v, %v", lost, known, err)
	}
	elsewhere := bolt.New(s.Path()+".other", bolt.Options{})
	if lost, known, err := elsewhere.Lost(t.Context(), from); lost != 0 || known || err != nil {
		t.Errorf("where nothing was: %d, %v, %v", lost, known, err)
	}
	write(t, s.Path()+".lock", append([]byte("another "), make([]byte, 4088)...))
	again := bolt.New(s.Path(), bolt.Options{}) // s knows the companion from before
	if _, err := again.Restore(t.Context(), from, true, nil); !errors.Is(err, bolt.ErrCompanion) {
		t.Errorf("restore: %v", err)
	}
	if _, _, err := again.Lost(t.Context(), from); !errors.Is(err, bolt.ErrCompanion) {
		t.Errorf("with a companion that cannot be right: %v", err)
	}
	if err := os.Remove(s.Path() + ".lock"); err != nil {
		t.Fatal(err)
	}
	if _, known, err := again.Lost(t.Context(), from); !known || !errors.Is(err, kv.ErrRolledBack) {
		t.Errorf("without a companion: %v, %v", known, err)
	}
}
