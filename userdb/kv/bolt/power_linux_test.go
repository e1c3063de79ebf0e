package bolt_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/powerloss"
)

// peer skips the test where a program is not installed, unless peers are required.
func peer(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("JOTKIT_PEERS") == "require" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

// A blackout is a store that is used by processes under strace, and whose machine loses its power at every point of that.
type blackout struct {
	t        *testing.T
	r        *powerloss.Recorder
	s        *bolt.Store // that the processes use
	scratch  string      // where trees are made
	trees    int
	known    map[[32]byte]bool // trees that have been opened
	random   *rand.Rand
	states   []map[string]string
	accepted int // trees in which what was acknowledged was there
	lost     int // that lacked some of it
	broken   int // that could not be read, or were in a state that never was
}

// newBlackout begins to record at this point: what is there is on the disk.
func newBlackout(t *testing.T, s *bolt.Store, acts int) *blackout {
	t.Helper()
	dir := filepath.Dir(s.Path())
	r, err := powerloss.NewRecorder(dir, filepath.Join(t.TempDir(), "trace"))
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return &blackout{t: t, r: r, s: s, scratch: t.TempDir(), known: map[[32]byte]bool{}, random: rand.New(rand.NewPCG(seed, 0)), states: states(t, acts)}
}

// record has a process take these steps. With options for strace, such as to kill it, it may end as it wants.
func (b *blackout) record(steps string, options ...string) {
	b.t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childEnv+"=power", storeEnv+"="+b.s.Path(), nameEnv+"="+steps)
	c = b.r.Under(c, options...)
	if out, err := c.CombinedOutput(); err != nil && len(options) == 0 {
		b.t.Fatalf("%s: %v\n%s", steps, err, out)
	}
	if err := b.r.Take(c); err != nil {
		b.t.Fatal(err)
	}
}

// acknowledgement takes what childPower prints apart.
func acknowledgement(t *testing.T, out []byte) (step string, companion []byte) {
	t.Helper()
	step, text, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	companion, err := hex.DecodeString(text)
	if err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return step, append(companion, make([]byte, 4096-len(companion))...)
}

// A possible is what may be found after the power went.
type possible struct {
	states     []int    // the one that was acknowledged, and the one that is being made
	none       bool     // there may be no store
	companions [][]byte // as they have been, besides what the recorded writes have made of it
}

// try opens what may be on the disk, in so many random ways besides the two extremes.
func (b *blackout) try(d *powerloss.Disk, p possible, ways int) {
	b.t.Helper()
	b.open(d.Least(), p)
	b.open(d.Most(), p)
	for range ways {
		b.open(d.Some(b.random), p)
	}
}

// open opens one tree with all companions that it may have.
func (b *blackout) open(files powerloss.Files, p possible) {
	b.t.Helper()
	const store, companion = "store", "store.lock"
	own, there := files[companion]
	variants := map[string][]byte{"no": nil}
	if there {
		variants["its own"], variants["a blank"] = own, make([]byte, 4096)
		variants["an empty"] = own[:0]
	}
	for i, c := range p.companions {
		if there {
			variants[fmt.Sprintf("the %d. of %d", i+1, len(p.companions))] = c
		}
	}
	for name, c := range variants {
		files := maps.Clone(files)
		if files[companion] = c; c == nil {
			delete(files, companion)
		}
		b.look(files, p, name)
	}
}

func (b *blackout) look(files powerloss.Files, p possible, companion string) {
	b.t.Helper()
	sum := files.Sum(fmt.Sprint(p.states))
	if b.known[sum] {
		return
	}
	b.known[sum] = true
	b.trees++
	dir := filepath.Join(b.scratch, fmt.Sprint(b.trees))
	defer os.RemoveAll(dir)
	if err := files.Write(dir); err != nil {
		b.t.Fatal(err)
	}
	s := bolt.New(filepath.Join(dir, "store"), bolt.Options{})
	found, err := kvtest.Records(background, s)
	switch n := which(b.states, found); {
	case errors.Is(err, kv.ErrNoStore) && p.none:
		b.again(bolt.Create(background, s.Path(), bolt.Options{}, nil), companion)
		return
	case err != nil:
		b.broken++
		b.t.Errorf("with %s companion: %v", companion, err)
		return
	case n < 0:
		b.broken++
		b.t.Errorf("with %s companion: a state that never was", companion)
	case !slices.Contains(p.states, n):
		b.lost++
		b.t.Errorf("with %s companion: state %d, and %d may be there", companion, n, p.states)
	default:
		b.accepted++
	}
	if b.trees%often(18, 2) == 0 {
		b.goesOn(s, companion)
	}
}

// goesOn wants a store that was found to be whole, to be written to, and to announce it.
func (b *blackout) goesOn(s *bolt.Store, companion string) {
	b.t.Helper()
	faults, err := s.Check(background)
	if err == nil && len(faults) > 0 {
		err = errors.New(faults[0])
	}
	b.again(err, companion)
	rev, err := s.Update(background, func(tx kv.Tx) error { return tx.Put("deny/after", nil) })
	b.again(err, companion)
	if told, err := s.Rev(); err != nil || told != rev {
		b.broken++
		b.t.Errorf("with %s companion: announced %d, committed %d, %v", companion, told, rev, err)
	}
}

func (b *blackout) again(err error, companion string) {
	b.t.Helper()
	if err != nil {
		b.broken++
		b.t.Errorf("with %s companion, after it: %v", companion, err)
	}
}

func (b *blackout) figure(promise string, prefixes int) {
	b.t.Helper()
	kvtest.Figure(b.t, promise, kvtest.Tried(prefixes, "prefixes replayed"), kvtest.Tried(b.trees, "disks opened"),
		kvtest.Tried(b.accepted, "of them with a store"), kvtest.Never(b.lost, "acknowledged writes lost"),
		kvtest.Never(b.broken, "unreadable or in a state that never was"))
}

// TestPowerLoss records a store that is made, written to, backed up, compacted and restored, and has the power go after
// each of the calls that this took. What the disk may hold then, package powerloss says. The companion is mapped, and what
// is stored to it synced: each number that it has had up to then may be the one that reached the disk, or none.
// It has a number only when the commit that it is of has been synced; TestPowerLossAfterKill sees to that.
//
// Whatever the disk holds, what was acknowledged is there, no later write is there by half, nothing is refused, and the
// next write works. A store that is being made is there whole or not at all.
func TestPowerLoss(t *testing.T) {
	peer(t, "strace")
	acts, ways := often(8, 50), often(1, 6)
	s := bolt.New(filepath.Join(t.TempDir(), "store"), bolt.Options{})
	b := newBlackout(t, s, acts+3)
	b.record("create " + numbered(1, acts))
	b.record(fmt.Sprintf("backup %d compact %d restore look", acts+1, acts+2))

	events := b.r.Events()
	p, d := possible{none: true}, b.r.Disk()
	coming := b.next(0)
	for i, e := range events {
		d.Apply(e)
		if e.Output() != nil {
			p = possible{states: []int{coming.to(p, acts)}, companions: recent(p.companions, coming.companion)}
			coming = b.next(i + 1)
		}
		now := p
		if coming.step != "" {
			now.states = append(slices.Clone(p.states), coming.to(p, acts))
		}
		if i >= coming.lastSync {
			now.companions = recent(p.companions, coming.companion)
		}
		b.try(d, now, ways)
		if t.Failed() {
			t.Fatalf("event %d of %d, in step %q", i, len(events), coming.step)
		}
	}
	b.figure("After a loss of power at any moment, what was acknowledged is there and the store opens", len(events))
}

// recent adds a companion and leaves the last few: an older one is no other case.
func recent(companions [][]byte, one []byte) [][]byte {
	all := append(slices.Clone(companions), one)
	return all[max(0, len(all)-often(2, 4)):]
}

// A coming is the step that is under way, and ends with an acknowledgement.
type coming struct {
	step      string
	companion []byte // as the step leaves it
	lastSync  int    // event with which all that it does is on the disk
}

// to is the state that it leads to. What was backed up is restored.
func (c coming) to(p possible, backedUp int) int {
	switch c.step {
	case "create":
		return 0
	case "restore":
		return backedUp
	case "look", "backup", "compact":
		return p.states[0]
	}
	n, _ := strconv.Atoi(c.step)
	return n
}

// next looks for the first acknowledgement from an event on.
func (b *blackout) next(from int) (c coming) {
	for i, e := range b.r.Events()[from:] {
		if e.Synced() {
			c.lastSync = from + i
		}
		if out := e.Output(); out != nil {
			c.step, c.companion = acknowledgement(b.t, out)
			return c
		}
	}
	return coming{lastSync: len(b.r.Events())}
}

func numbered(from, to int) string {
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, " ")
}
