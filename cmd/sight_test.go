package cmd

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv/powerloss"
)

// A faulted is a store in a directory of its own with all that belongs to it, to which something bad happens. Processes and
// command lines in the test act on it by the same clock.
type faulted struct {
	home
	in  *inProcess
	raw string // a token that is not to be revoked unless a test does it
}

func newFaulted(t testing.TB) *faulted {
	h := newHome(t)
	return &faulted{home: h, in: inProcessAt(t, h.dir)}
}

// inProcessAt runs command lines on the store below dir, by the clock of all faulted ones.
func inProcessAt(t testing.TB, dir string) *inProcess {
	p := newInProcess(t)
	p.dir = dir
	return p
}

// command is jotkit as a process, with the paths that the command lines in the test have.
func (f *faulted) command(args ...string) *exec.Cmd {
	c := f.home.command(args...)
	c.Env = append(c.Env, "JOTKIT_STORE="+f.path("data/jotkit/jotkit.db"), "JOTKIT_SEAL_KEY_FILE="+f.path("config/jotkit/seal.key"),
		"JOTKIT_TEST_NOW="+f.in.now.Format(time.RFC3339), "JOTKIT_TEST_ONE_THREAD=1")
	return c
}

// populate makes a store with a person, who has a session in the file session, and a token.
func (f *faulted) populate() {
	f.t.Helper()
	f.in.run(0, "", "init")
	f.in.run(0, "", "register", "ada", "--password-file", f.path("pass"))
	f.in.run(0, "", "login", "ada", "--password-file", f.path("pass"), "--refresh-file", f.path("session"))
	f.in.run(0, "", "store", "backup", f.path("backup"))
	raw, _ := f.in.run(0, "", "mint", "--sub", "bob")
	f.raw = strings.TrimSpace(raw)
}

// again puts the same files into another directory.
func (f *faulted) again(t testing.TB, files powerloss.Files) *faulted {
	t.Helper()
	dir := t.TempDir()
	if err := files.Write(dir); err != nil {
		t.Fatal(err)
	}
	return &faulted{home{t: t, dir: dir, bin: f.bin}, inProcessAt(t, dir), f.raw}
}

func (f *faulted) files() powerloss.Files {
	f.t.Helper()
	files, err := powerloss.Read(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	return files
}

// random are kids, ids and times in what commands answer: they are other ones in each run.
var random = regexp.MustCompile(`[A-Za-z0-9_-]{43}|[A-Z2-7]{26}|"[0-9a-f]{16}"|"id": "[0-9a-f]{12}"`)

// refusals are what a command that failed may have written down of it, and how many lines the audit has with it.
var refusals = regexp.MustCompile(`(?m)^.*"outcome":"refused".*\n|^ +"(last|lines)": \d+,\n`)

// sight is all that commands show of a store, and whether its audit is whole; or that there is no store. Two stores to
// which the same was done look the same. An error is one of a command that reads, and that must not be.
func (f *faulted) sight() (string, error) {
	if status, _, text := f.in.try("", "users", "list"); status == 3 && strings.Contains(text, "no store") {
		return "no store", nil
	}
	var all strings.Builder
	for _, command := range []string{
		"users list", "roles list", "sessions list", "keys list", "revocations list", "settings", "audit", "audit verify",
	} {
		status, out, text := f.in.try("", append(strings.Fields(command), "--json")...)
		if status != 0 {
			return "", fmt.Errorf("%s ended with %d: %s", command, status, text)
		}
		all.WriteString(random.ReplaceAllString(refusals.ReplaceAllString(out, ""), "#"))
	}
	if f.raw != "" {
		status, _, text := f.in.try("", "verify", f.raw)
		if status != 0 && status != 15 {
			return "", fmt.Errorf("verify ended with %d: %s", status, text)
		}
		fmt.Fprintln(&all, "verify", status)
	}
	return all.String(), nil
}

// mustSee is sight without an error.
func (f *faulted) mustSee() string {
	f.t.Helper()
	s, err := f.sight()
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}
