//go:build unix

package cmd

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// beside are the files of a home, but for those that belong there.
func (h home) beside(known ...string) (names []string) {
	h.t.Helper()
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range entries {
		expected := false
		for _, pattern := range append(known, "pass", "jotkit.db", "jotkit.db.lock", "seal.key", "seal.key.old-*") {
			match, _ := filepath.Match(pattern, e.Name())
			expected = expected || match
		}
		if !expected {
			names = append(names, e.Name())
		}
	}
	return names
}

// interrupted starts a command and has it get Ctrl-C after up to 60 ms. It returns how it ended: -1 for the signal itself.
func (h home) interrupted(args ...string) int {
	h.t.Helper()
	c := h.command(args...)
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	end := time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { c.Process.Signal(os.Interrupt) })
	defer end.Stop()
	c.Wait()
	return c.ProcessState.ExitCode()
}

// TestBackupInterrupted: Ctrl-C at any moment ends a backup with 130, or comes too late, and leaves nothing behind: neither
// beside the store, where the plain copy of an encrypted one lies, nor where the backup was to go.
func TestBackupInterrupted(t *testing.T) {
	rounds := 12
	if long() {
		rounds = 300
	}
	h := newHome(t)
	h.run("init")
	h.fill(8)
	h.write("phrase", "a passphrase for backups")
	stopped, left, unreadable := 0, 0, 0
	for i := range rounds {
		args := []string{"store", "backup", "b"}
		if i%2 == 0 {
			args = []string{"store", "backup", "b.age", "--passphrase-file", "phrase"}
		}
		switch status := h.interrupted(args...); status {
		case exitInterrupted:
			stopped++
		case exitOK:
		case -1: // before main began
		default:
			t.Errorf("interrupted: exit status %d", status)
		}
		if names := h.beside("b", "b.age", "phrase"); names != nil {
			t.Errorf("left behind: %q", names)
			left++
		}
	}
	for _, args := range [][]string{{"b"}, {"b.age", "--passphrase-file", "phrase"}} {
		if _, err := os.Stat(h.path(args[0])); err == nil {
			if out, err := h.command(append([]string{"store", "restore", "--dry-run", "--accept-rollback"}, args...)...).CombinedOutput(); err != nil {
				t.Errorf("the newest backup: %v\n%s", err, out)
				unreadable++
			}
		}
	}
	h.run("audit", "verify")
	kvtest.Figure(t, "A backup that is interrupted leaves nothing behind", kvtest.Tried(rounds, "backups interrupted"),
		kvtest.Tried(stopped, "of them under way"), kvtest.Never(left, "files left behind"), kvtest.Never(unreadable, "backups unreadable"))
}

// TestBackupInterruptedInPipe: who reads the backup has stopped reading, and Ctrl-C ends it all the same.
func TestBackupInterruptedInPipe(t *testing.T) {
	h := newHome(t)
	h.run("init")
	h.fill(8)
	h.write("phrase", "a passphrase for backups")
	c := h.command("store", "backup", "-", "--passphrase-file", "phrase")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 100)); err != nil { // it has begun, and will not get on
		t.Fatal(err)
	}
	if names := h.beside("phrase"); len(names) != 1 || !strings.HasPrefix(names[0], "jotkit.db.new-backup-") {
		t.Errorf("meanwhile there is %q", names)
	}
	c.Process.Signal(os.Interrupt)
	c.Wait()
	if got := c.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("exit status %d", got)
	}
	if names := h.beside("phrase"); names != nil {
		t.Errorf("left behind: %q", names)
	}
	if out := h.run("audit", "--event", "store backup"); !strings.Contains(out, "refused") {
		t.Errorf("the audit says nothing of it: %s", out)
	}
}
