package cmd

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/powerloss"
)

// TestPowerLoss makes a store with all that belongs to it, from nothing, and changes it, command by command. Then the power
// goes after each of the calls that this took. Whatever the disk may hold (package powerloss says what), it is a store that
// opens with the seal key that is there, with what was answered; and the session goes on. Before init has answered there
// may be none, and then init makes one.
func TestPowerLoss(t *testing.T) {
	peer(t, "strace")
	f := newFaulted(t)
	b := blackout{t: t, f: f, known: map[[32]byte]bool{}, companions: [][]byte{nil}}
	var err error
	if b.r, err = powerloss.NewRecorder(f.dir, filepath.Join(t.TempDir(), "trace")); err != nil {
		t.Fatal(err)
	}
	commands := []string{
		"init", "register ada --password-file pass", "login ada --password-file pass --refresh-file session",
		"refresh --refresh-file session", "rotate", "revoke --jti lost",
	}
	if long() {
		commands = append(commands, "settings set ttl=10m", "keys revoke 1 --yes", "users role ada --add admin",
			"refresh --refresh-file session", "mint --sub x", "users passwd ada --password-file pass")
	}
	b.sights = []string{f.mustSee()}
	for _, command := range commands {
		b.record(command)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	b.random = rand.New(rand.NewPCG(seed, 0))
	b.replay(commands)
	kvtest.Figure(t, "After a loss of power at any moment, the store opens with its seal key, and what was answered is there",
		kvtest.Tried(b.prefixes, "prefixes replayed"), kvtest.Tried(b.disks, "disks opened"),
		kvtest.Never(b.lost, "acknowledged changes lost"), kvtest.Never(b.broken, "unreadable or refused or half done"))
}

// A blackout is a store that commands were recorded on.
type blackout struct {
	t          *testing.T
	f          *faulted
	r          *powerloss.Recorder
	random     *rand.Rand
	known      map[[32]byte]bool // disks that have been looked at
	sights     []string          // before the first command, and after each
	companions [][]byte          // likewise
	answered   []int             // event with which each command had answered: its first line, or its end

	prefixes, disks, lost, broken int
}

// How many commands there have been when there is a session, and when there is none any more.
const loggedIn, passwordChanged = 3, 12

const companionName = "data/jotkit/jotkit.db.lock"

// record runs one command.
func (b *blackout) record(command string) {
	b.t.Helper()
	first := len(b.r.Events())
	c := b.r.Under(b.f.command(strings.Fields(command)...))
	if out, err := c.CombinedOutput(); err != nil {
		b.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if err := b.r.Take(c); err != nil {
		b.t.Fatal(err)
	}
	answered := len(b.r.Events()) - 1
	for i, e := range b.r.Events()[first:] {
		if e.Output() != nil {
			answered = first + i
			break
		}
	}
	b.answered = append(b.answered, answered)
	b.sights = append(b.sights, b.f.mustSee())
	b.companions = append(b.companions, b.f.files()[companionName])
}

// replay has the power go after each event.
func (b *blackout) replay(commands []string) {
	b.t.Helper()
	ways, done := 1, 0
	if long() {
		ways = 10
	}
	d := b.r.Disk()
	for i, e := range b.r.Events() {
		d.Apply(e)
		b.prefixes++
		for done < len(commands) && i >= b.answered[done] {
			done++
		}
		b.open(d.Least(), done)
		b.open(d.Most(), done)
		for range ways {
			b.open(d.Some(b.random), done)
		}
		if b.t.Failed() {
			b.t.Fatalf("event %d of %d, after %q", i, len(b.r.Events()), commands[:done])
		}
	}
}

// open looks at a disk with each companion that may be on it.
func (b *blackout) open(files powerloss.Files, done int) {
	b.t.Helper()
	own, there := files[companionName]
	variants := [][]byte{own}
	if there {
		variants = append(variants, make([]byte, 4096), b.companions[done])
	}
	if !long() {
		variants = variants[len(variants)-1:]
	}
	for _, c := range variants {
		if files[companionName] = c; c == nil {
			delete(files, companionName)
		}
		b.look(files, done)
	}
}

func (b *blackout) look(files powerloss.Files, done int) {
	b.t.Helper()
	sum := files.Sum(fmt.Sprint(done))
	if b.known[sum] {
		return
	}
	b.known[sum] = true
	b.disks++
	begun := done
	f := b.f.again(b.t, files)
	switch now, err := f.sight(); {
	case err != nil:
		b.broken++
		b.t.Error(err)
	case now == b.sights[done]:
	case done+1 < len(b.sights) && now == b.sights[done+1]:
		begun++
	default:
		b.lost++
		b.t.Errorf("%d commands had answered, and it looks like\n%s", done, now)
	}
	switch {
	case b.t.Failed():
	case begun == 0:
		f.in.run(0, "", "init")
	case done >= loggedIn:
		if status, _, text := f.in.try("", "refresh", "--refresh-file", f.path("session")); status != 0 && begun < passwordChanged {
			b.lost++
			b.t.Errorf("%d commands had answered, and a refresh ends with %d: %s", done, status, text)
		}
	}
}
