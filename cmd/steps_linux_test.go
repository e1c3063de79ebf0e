package cmd

import (
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/powerloss"
)

// A change is a command that changes a store.
type change struct {
	args  string // RAW stands for the token
	after int    // exit status of a refresh of the session afterwards
}

func (c change) name() string {
	words := strings.Fields(c.args)
	return strings.Join(words[:min(2, len(words))], " ")
}

// changes are commands on a populated store, but for init, which makes one.
var changes = []change{
	{"init", 0},
	{"register eve --password-file pass", 0},
	{"login ada --password-file pass --refresh-file session", 0},
	{"refresh --refresh-file session", 0},
	{"rotate", 0},
	{"revoke RAW", 0},
	{"users passwd ada --password-file pass", 15},
	{"settings set ttl=10m", 0},
	{"mint --sub carol", 0},
	{"store compact --force --new-key --yes", 11}, // refresh tokens are of the old key
	{"store reseal", 0},
	{"store restore backup --yes --accept-rollback", 11},
}

// leftover are the names of files that a command which was cut off may leave, and of seal keys that are kept.
var leftover = regexp.MustCompile(`\.new-[^/]*$|(^|/)\.jotkit-[^/]*$|/seal\.key[^/]*$`)

// TestEachStep has a command killed before each of the calls that it makes on its files, and has the call fail. Whatever
// the step, all commands that read go on, the audit is whole, what the command had answered or ended well with is there,
// what it had not is there whole or not at all, and the next write works. A command that fails answers nothing on stdout.
// In a normal run it takes some of the steps, with JOTKIT_LONG all of them.
func TestEachStep(t *testing.T) {
	peer(t, "strace")
	total := eachOf(t, changes, (*stepped).run)
	kvtest.Figure(t, "A command that is killed or fails at any step has done all or nothing, and the store is whole",
		kvtest.Tried(total.faults, "faults"), kvtest.Tried(total.done, "of them after the commit"),
		kvtest.Never(total.lost, "acknowledged changes lost"), kvtest.Never(total.half, "half changes or stores that do not open"))
}

// eachOf puts every change to the test, on a store that is the same for all, and adds up what was seen.
func eachOf(t *testing.T, changes []change, test func(*stepped, *testing.T)) (total stepped) {
	t.Helper()
	f := newFaulted(t)
	empty := f.files()
	f.populate()
	populated := f.files()
	for _, c := range changes {
		t.Run(c.name(), func(t *testing.T) {
			s := stepped{from: populated, f: f, args: strings.Fields(strings.ReplaceAll(c.args, "RAW", f.raw)), refresh: c.after}
			if c.args == "init" {
				s.from, s.f = empty, newFaulted(t)
			}
			test(&s, t)
			total.add(s)
		})
	}
	return total
}

// A stepped is a command at each step of which something goes wrong.
type stepped struct {
	f             *faulted
	from          powerloss.Files
	args          []string
	refresh       int // exit status of a refresh afterwards
	before, after string
	names         powerloss.Files // that there are afterwards
	faults, done  int
	lost, half    int
}

func (s *stepped) run(t *testing.T) {
	f, r := s.begin(t)
	s.before = f.mustSee()
	c := r.Under(f.command(s.args...))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := r.Take(c); err != nil {
		t.Fatal(err)
	}
	s.after, s.names = f.mustSee(), f.files()
	if s.before == s.after {
		t.Fatal("it changes nothing")
	}
	steps, stride := r.Steps(), 1
	if !long() {
		stride = 1 + len(steps)/3
	}
	for _, what := range []string{"signal=KILL", "error=EIO", "error=ENOSPC"} {
		for i := rand.IntN(stride); i < len(steps); i += stride {
			if what != "signal=KILL" && !steps[i].CanFail() {
				continue
			}
			s.at(t, steps[i], what)
			if t.Failed() {
				t.Fatalf("%s at %v, step %d of %d", what, steps[i], i, len(steps))
			}
		}
	}
	t.Logf("%d faults, %d of them after the commit", s.faults, s.done)
}

// begin makes the files once more, and records what happens to them.
func (s *stepped) begin(t *testing.T) (*faulted, *powerloss.Recorder) {
	t.Helper()
	f := s.f.again(t, s.from)
	r, err := powerloss.NewRecorder(f.dir, filepath.Join(t.TempDir(), "trace"))
	if err != nil {
		t.Fatal(err)
	}
	return f, r
}

// at runs the command with one fault.
func (s *stepped) at(t *testing.T, step powerloss.Step, what string) {
	t.Helper()
	f, r := s.begin(t)
	s.fault(t, f, r.Under(f.command(s.args...), step.Inject(what)))
}

func (s *stepped) add(other stepped) {
	s.faults += other.faults
	s.done += other.done
	s.lost += other.lost
	s.half += other.half
}

// fault runs the command c, to which something happens, on f.
func (s *stepped) fault(t *testing.T, f *faulted, c *exec.Cmd) {
	t.Helper()
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	s.faults++
	failed := c.ProcessState.ExitCode() > 0
	said := strings.Contains(errs.String(), "jotkit: ") || strings.Contains(c.String(), "=write:error") // of that very line, it may be
	if failed && (out.Len() > 0 || !said) {
		t.Errorf("status %d, answered %q and said %q", c.ProcessState.ExitCode(), out.String(), errs.String())
	}
	s.check(t, f, !failed && (err == nil || out.Len() > 0))
}

// check looks at what a fault has left. done: that the command has said so.
func (s *stepped) check(t *testing.T, f *faulted, done bool) {
	t.Helper()
	switch now, err := f.sight(); {
	case err != nil:
		s.half++
		t.Error(err)
		return
	case now == s.after:
		s.done++
	case now != s.before:
		s.half++
		t.Errorf("it looks like neither before nor after:\n%s", now)
	case done:
		s.lost++
		t.Error("it was done, and is lost")
	}
	for name := range f.files() {
		if _, known := s.names[name]; !known && !leftover.MatchString(name) {
			t.Errorf("left behind: %s", name)
		}
	}
	if status, _, text := f.in.try("", "register", "next", "--password-file", f.path("pass")); status != 0 {
		s.half++
		t.Errorf("the next write ended with %d: %s", status, text)
	}
	s.checkSession(t, f)
}

// checkSession wants the session to go on: with the refresh token that is in the file, whether it is the next one or the one
// before it.
func (s *stepped) checkSession(t *testing.T, f *faulted) {
	t.Helper()
	if _, had := s.from["session"]; !had {
		return
	}
	status, _, text := f.in.try("", "refresh", "--refresh-file", f.path("session"))
	if status != 0 && status != s.refresh {
		t.Errorf("the next refresh ended with %d: %s", status, text)
	}
}
