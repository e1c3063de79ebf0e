//go:build unix

package bolt_test

import (
	"os"
	"testing"

	"jotkit/userdb/kv"
)

// Who cuts off the companion in the middle of a transaction takes the numbers away, and neither the process nor the turn of
// whoever comes next.
func TestCompanionCutOffMeanwhile(t *testing.T) {
	s := several(t)
	lock := s.Path() + ".lock"
	whole := read(t, lock)
	cut := func() {
		if err := os.Truncate(lock, 0); err != nil {
			t.Error(err)
		}
	}
	// Each may fail, and has to come back.
	_ = s.View(t.Context(), func(kv.View) error { cut(); return nil })
	write(t, lock, whole)
	_, _ = s.Update(t.Context(), func(tx kv.Tx) error { cut(); return tx.Put("user/98", []byte("x")) })
	put(t, s, "user/99")
	view(t, s, func(v kv.View) { wants(t, v, "user/99", []byte("x")) })
	if rev, err := s.Rev(); err != nil || rev == 0 {
		t.Errorf("rev: %d, %v", rev, err)
	}
}
