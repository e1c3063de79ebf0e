//go:build unix

package cmd

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// answering are commands that answer something; RAW stands for a token. Some are stopped while they are at it: what they
// answer is longer than what is held back.
var answering = []string{
	"mint --sub x", "mint --sub x --json", "mint --sub x --count 3000 --json", "decode RAW", "decode RAW --field sub",
	"verify RAW", "verify RAW --json", "users list", "users list --json", "roles list", "sessions list", "keys list",
	"audit", "audit --json", "audit verify", "settings", "keys export", "keys export --format pem", "bundle export",
	"login ada --password-file pass", "login ada --password-file pass --json",
	"login ada --password-file pass --refresh-file session", "refresh --refresh-file session",
	"refresh --refresh-file session --json", "version", "help", "help exit-codes", "completion bash",
}

// TestStdoutLost has the answer go where it cannot be written to: then a command does not end well, says so, and the store is
// whole. A refresh token that was to be handed over is in its file by then, and one that only was in the answer can be had
// once more with the one before it.
func TestStdoutLost(t *testing.T) {
	f := newFaulted(t)
	f.populate()
	outs := map[string]func(*testing.T) *os.File{"broken pipe": brokenPipe, "full device": fullDevice}
	tried, silent, lost := 0, 0, 0
	for name, open := range outs {
		t.Run(name, func(t *testing.T) {
			for _, args := range answering {
				out, errs := open(t), new(strings.Builder)
				c := f.command(strings.Fields(strings.ReplaceAll(args, "RAW", f.raw))...)
				c.Stdout, c.Stderr = out, errs
				err := c.Run()
				out.Close()
				if tried++; c.ProcessState.ExitCode() != exitFailure || errs.Len() == 0 {
					silent++
					t.Errorf("jotkit %s: %v, %q", args, err, errs.String())
				}
				if status, _, text := f.in.try("", "refresh", "--refresh-file", f.path("session")); status != 0 {
					lost++
					t.Errorf("after jotkit %s a refresh ends with %d: %s", args, status, text)
				}
			}
			f.loseGrant(t, open(t))
			f.mustSee()
		})
	}
	kvtest.Figure(t, "A command whose answer cannot be written does not end well, and no session is lost with it",
		kvtest.Tried(tried, "commands"), kvtest.Never(silent, "that ended well or said nothing"), kvtest.Never(lost, "sessions lost"))
}

// loseGrant refreshes with a token on stdin, and the answer that has the next one is lost. The same one once more gets it.
func (f *faulted) loseGrant(t *testing.T, out *os.File) {
	t.Helper()
	defer out.Close()
	token, err := os.ReadFile(f.path("session"))
	if err != nil {
		t.Fatal(err)
	}
	c := f.command("refresh", "-", "--json")
	c.Stdin, c.Stdout = strings.NewReader(string(token)), out
	if err := c.Run(); c.ProcessState.ExitCode() != exitFailure {
		t.Errorf("refresh: %v", err)
	}
	f.in.run(0, string(token), "refresh", "-", "--json")
	f.in.run(0, "", "login", "ada", "--password-file", f.path("pass"), "--refresh-file", f.path("session"))
}

// brokenPipe is a pipe that nobody reads from any more.
func brokenPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	return w
}

func fullDevice(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	return f
}

// TestStdoutClosed: where there is no stdout at all, nothing that is opened afterwards takes its place, the store least of all.
// (Go opens /dev/null there, so that a command cannot tell this from an answer that nobody wants.)
func TestStdoutClosed(t *testing.T) {
	f := newFaulted(t)
	f.populate()
	for _, args := range answering {
		c := f.command(strings.Fields(strings.ReplaceAll(args, "RAW", f.raw))...)
		shell := exec.Command("/bin/sh", append([]string{"-c", `exec "$0" "$@" <&- >&- 2>&-`, c.Path}, c.Args[1:]...)...)
		shell.Dir, shell.Env = c.Dir, c.Env
		if err := shell.Run(); err != nil {
			t.Errorf("jotkit %s: %v", args, err)
		}
	}
	f.mustSee()
	f.in.run(0, "", "refresh", "--refresh-file", f.path("session"))
}

// TestHeadOfStream: whoever has read enough ends a long answer, and the command says that it was not all read.
func TestHeadOfStream(t *testing.T) {
	f := newFaulted(t)
	f.populate()
	c := f.command()
	c.Path, c.Args = "/bin/bash", []string{"bash", "-c", `"$0" mint --sub x --count 4000 | head -1; echo "${PIPESTATUS[0]}"`, f.bin}
	out, err := c.Output()
	if lines := strings.Fields(string(out)); err != nil || len(lines) != 2 || lines[1] != "1" {
		t.Errorf("%q, %v", out, err)
	}
	f.mustSee()
}
