package cmd

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// TestStoreCopyKilled kills copies from file to file.
func TestStoreCopyKilled(t *testing.T) {
	h := newHome(t)
	copyKilled(t, h, func(n int) string { return h.path(fmt.Sprintf("copy-%d.db", n)) })
}

// copyKilled kills store copy at moments that nobody chooses, and has it go on, until it says that the copy is whole: that has
// to be so then, and no other verb may have taken it for a store before.
func copyKilled(t *testing.T, h home, target func(n int) string) {
	pages := 4
	if long() {
		pages = 40
	}
	h.run("init")
	commit(t, bolt.New(h.store(), bolt.Options{}), func(tx kv.Tx) error {
		for i := range pages * copyPage {
			if err := tx.Put(fmt.Sprintf("x/%06d", i), fmt.Appendf(nil, "%0100d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	want := recordsOf(t, bolt.New(h.store(), bolt.Options{}))
	copying := func(n int) *exec.Cmd { return h.command("store", "copy", h.store(), target(n), "--json") }
	k := newKiller(h, copying(0))
	killed := 0
	for n := range k.each(2, 10) {
		for done := false; !done; {
			if _, done = k.run(copying(n)); done {
				break
			}
			killed++
			if status, said := h.ending("settings", "--store", target(n)); status == 0 {
				t.Log("killed after its end") // and then it is said to be there already
			} else if status != 3 || !strings.Contains(said, "not whole") && !strings.Contains(said, "no store") {
				t.Errorf("settings of what is not whole ended with %d: %s", status, said)
			}
		}
		back := h.path(fmt.Sprintf("back-%d.db", n))
		h.run("store", "copy", target(n), back)
		if diff := cmp.Diff(want, recordsOf(t, bolt.New(back, bolt.Options{}))); diff != "" {
			t.Fatal(diff)
		}
	}
	t.Logf("%d copies, killed %d times", k.rounds, killed)
}
