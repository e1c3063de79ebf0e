//go:build unix

package cmd

import (
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// cut starts a command and sends it a signal after up to 60 ms. It returns how it ended: -1 for a signal.
func (h home) cut(with syscall.Signal, args ...string) int {
	h.t.Helper()
	c := h.command(args...)
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	end := time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { c.Process.Signal(with) })
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
		switch status := h.cut(syscall.SIGINT, args...); status {
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

// TestStoreCommandsKilled kills backups, restores and compactions at any moment. What was acknowledged is there after it,
// the store is sound and opens, and so does the last backup.
func TestStoreCommandsKilled(t *testing.T) {
	rounds := 16
	if long() {
		rounds = 400
	}
	h := newHome(t)
	h.run("init")
	h.fill(4)
	raw := h.run("mint", "--sub", "ada", "--ttl", "24h")
	h.run("store", "backup", "b")
	commands := [][]string{
		{"store", "backup", "b"}, {"store", "compact", "--force"}, {"store", "restore", "b", "--yes"}, {"store", "compact", "--new-key", "--yes"},
	}
	killed, lost, unsound := 0, 0, 0
	for i := range rounds {
		id := "J" + strings.Repeat("x", i)
		h.run("store", "backup", "b") // so that there is nothing for a restore to lose
		args := commands[i%len(commands)]
		if status := h.cut(syscall.SIGKILL, args...); status == -1 {
			killed++
		} else if status != exitOK {
			t.Errorf("%v: exit status %d", args, status)
		}
		h.run("verify", "-q", raw)
		h.run("revoke", "--jti", id)
		if !h.revoked(id) {
			lost++
		}
		if out, err := h.command("store", "check", "-q").CombinedOutput(); err != nil {
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 { // leftovers, and both files in one home
				t.Errorf("after %v: %v\n%s", args, err, out)
				unsound++
			}
		}
		h.tidy()
	}
	h.run("audit", "verify")
	kvtest.Figure(t, "Backup, restore and compaction are killed at any moment", kvtest.Tried(rounds, "rounds"),
		kvtest.Tried(killed, "commands killed"), kvtest.Never(lost, "writes lost"), kvtest.Never(unsound, "stores unsound"))
}

func (h home) revoked(id string) bool {
	return strings.Contains(h.run("revocations", "list"), "  "+id+"  ")
}

// tidy removes what the killed ones left, as store check says.
func (h home) tidy() {
	h.t.Helper()
	for _, name := range h.beside("b", "seal.key.new-*") {
		if err := os.Remove(h.path(name)); err != nil {
			h.t.Error(err)
		}
	}
}
