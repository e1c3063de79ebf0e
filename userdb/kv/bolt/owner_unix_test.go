//go:build unix

package bolt_test

import (
	"os"
	"syscall"
	"testing"
)

// What root compacts or restores stays the store of who it belongs to.
func TestKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can")
	}
	s := several(t)
	path, _ := copyOf(t, s)
	owner := func() int {
		info, err := os.Stat(s.Path())
		if err != nil {
			t.Fatal(err)
		}
		return int(info.Sys().(*syscall.Stat_t).Uid)
	}
	const nobody = 65534
	for name, act := range map[string]func() error{
		"compact": func() error { _, _, err := s.Compact(t.Context(), nil, nil); return err },
		"restore": func() error { _, err := s.Restore(t.Context(), path, true, nil); return err },
	} {
		if err := os.Chown(s.Path(), nobody, nobody); err != nil {
			t.Fatal(err)
		}
		if err := act(); err != nil || owner() != nobody {
			t.Errorf("%s: it belongs to %d, %v", name, owner(), err)
		}
	}
}
