package bolt_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/powerloss"
)

// TestPowerLossAfterKill kills a process before each of the calls that a step takes, or has the call fail; then another one
// looks at the store, and only then the power goes: with all that was not synced the last commit may be gone that the second process has seen, and
// the companion that is in memory may have reached the disk. That is read from the machine at that moment, so nothing has
// to be known of when it is stored to. The store must not be refused for it.
func TestPowerLossAfterKill(t *testing.T) {
	peer(t, "strace")
	for _, c := range []struct {
		step          string
		before, after int // states
	}{
		{"create", -1, 0}, {"6", 5, 6}, {"compact", 5, 5}, {"restore", 5, 4},
	} {
		t.Run(c.step, func(t *testing.T) {
			whole := beforeStep(t, c.before)
			b := blackoutOf(t, whole)
			b.record(c.step)
			steps, faults, total := b.r.Steps(), 0, blackout{t: t}
			stride := often(1+len(steps)/4, 1)
			for _, what := range []string{"signal=KILL", "error=EIO"} {
				for i := rand.IntN(stride); i < len(steps); i += stride {
					if what != "signal=KILL" && !steps[i].CanFail() {
						continue
					}
					b := blackoutOf(t, whole)
					b.record(c.step, steps[i].Inject(what))
					p := possible{states: []int{c.before, c.after}, none: c.before < 0}
					if n := len(b.r.Events()); n > 0 && b.r.Events()[n-1].Output() != nil { // it has succeeded all the same
						p = possible{states: []int{c.after}}
					}
					b.asItIs(p)
					b.record("look", "-q") // there may be no store
					b.asItIs(p)
					if t.Failed() {
						t.Fatalf("%s at step %d of %d, %v", what, i, len(steps), steps[i])
					}
					faults++
					total.add(b)
				}
			}
			total.figure("What a killed writer did not sync is not announced before it is on the disk", faults)
		})
	}
}

// beforeStep makes the files of a store that is in a state, and of a backup of the one before; none for -1.
func beforeStep(t *testing.T, state int) powerloss.Files {
	t.Helper()
	if state < 0 {
		return powerloss.Files{}
	}
	s := create(t, nil)
	for n := 1; n <= state; n++ {
		if n == state {
			if err := backUp(s, s.Path()+".backup"); err != nil {
				t.Fatal(err)
			}
		}
		if err := powerStep(s, numbered(n, n)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := powerloss.Read(filepath.Dir(s.Path()))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func blackoutOf(t *testing.T, files powerloss.Files) *blackout {
	t.Helper()
	dir := t.TempDir()
	if err := files.Write(dir); err != nil {
		t.Fatal(err)
	}
	return newBlackout(t, bolt.New(filepath.Join(dir, "store"), bolt.Options{}), 6)
}

// asItIs has the power go now.
func (b *blackout) asItIs(p possible) {
	b.t.Helper()
	companion, err := os.ReadFile(b.s.Path() + ".lock")
	switch {
	case err == nil:
		p.companions = [][]byte{companion}
	case !errors.Is(err, fs.ErrNotExist):
		b.t.Fatal(err)
	}
	d := b.r.Disk()
	for _, e := range b.r.Events() {
		d.Apply(e)
	}
	b.try(d, p, often(1, 10))
}

func (b *blackout) add(other *blackout) {
	b.trees += other.trees
	b.accepted += other.accepted
	b.lost += other.lost
	b.broken += other.broken
}
