package cmd

import (
	"cmp"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"jotkit/token"
)

// A home is a place for a store of its own, where jotkit runs as a process.
type home struct {
	t   testing.TB
	dir string
	bin string
	at  string   // the store, where it is not the file in dir
	env []string // beside, or instead of, what commands have in any home
}

const testPassword = "correct horse battery staple"

func newHome(t testing.TB) home {
	t.Helper()
	bin, err := exec.LookPath("jotkit") // this test binary under that name, put there by TestMain: its hashes are cheap
	if err != nil {
		t.Fatal(err)
	}
	h := home{t: t, dir: t.TempDir(), bin: bin}
	h.write("pass", testPassword+"\n")
	return h
}

// write makes a file in the home.
func (h home) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) path(name string) string { return h.dir + "/" + name }

// store is the path of the store of this home, or its URL.
func (h home) store() string { return cmp.Or(h.at, h.path("jotkit.db")) }

// command is jotkit with these arguments, not started.
func (h home) command(args ...string) *exec.Cmd {
	c := exec.Command(h.bin, args...)
	c.Dir = h.dir
	c.Env = []string{
		"HOME=" + h.dir, "JOTKIT_STORE=" + h.store(), "JOTKIT_SEAL_KEY_FILE=" + h.path("seal.key"), "PATH=" + os.Getenv("PATH"),
		"GORACE=atexit_sleep_ms=0", // the race detector has every process wait a second at its end
	}
	c.Env = append(c.Env, h.env...)
	return c
}

// run runs jotkit to its end, which must be a good one, and returns what it answers.
func (h home) run(args ...string) string {
	h.t.Helper()
	return h.exits(0, args...)
}

// exits is run for an end with another exit status.
func (h home) exits(status int, args ...string) string {
	h.t.Helper()
	var errs strings.Builder
	c := h.command(args...)
	c.Stderr = &errs
	out, err := c.Output()
	if c.ProcessState == nil || c.ProcessState.ExitCode() != status {
		h.t.Fatalf("jotkit %s: %v, and exit status %d was wanted\n%s", strings.Join(args, " "), err, status, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// ending runs a command that is to end soon, even one that would serve, and returns its exit status and all that it said.
func (h home) ending(args ...string) (status int, said string) {
	h.t.Helper()
	c := h.command(args...)
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	bound := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer bound.Stop()
	c.Wait()
	return c.ProcessState.ExitCode(), out.String()
}

// bash runs a script in the home as CI services do, up to the first fault, and returns all that it writes.
func (h home) bash(script string, env ...string) (status int, log string) {
	h.t.Helper()
	c := h.command()
	c.Path, c.Args = "/bin/bash", []string{"bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script}
	c.Env = append(c.Env, env...)
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		h.t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// long tells whether the fault tests are to run in full.
func long() bool { return os.Getenv("JOTKIT_LONG") != "" }

// newPort is freePort for a test.
func newPort(t testing.TB) string {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// until waits for something that comes to be, for longer than it may take.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	limit, tick := time.NewTimer(longest), time.NewTicker(2*time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s did not come in %s", what, longest)
		}
	}
}

// id is the jti of a token.
func id(t testing.TB, raw string) string {
	read, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return read.Text("jti")
}
