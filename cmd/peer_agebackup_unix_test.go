//go:build unix

package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestAgeBackups has the programs age and age-keygen open encrypted backups, and jotkit restore what age encrypted.
func TestAgeBackups(t *testing.T) {
	peer(t, "age")
	h := newHome(t)
	h.run("init")
	h.write("phrase", "a passphrase for backups")
	recipient := ageKey(t, h)
	ssh := sshKey(t, h)

	h.run("store", "backup", "to-age", "--to", recipient)
	h.run("store", "backup", "to-ssh", "--to", ssh, "--to", recipient)
	h.run("store", "backup", "by-phrase", "--passphrase-file", "phrase")
	runAge(t, h, "-d", "-i", "id", "-o", "plain-1", "to-age")
	runAge(t, h, "-d", "-i", "ssh", "-o", "plain-2", "to-ssh")
	agePrompted(t, h, 1, "-d", "-o", "plain-3", "by-phrase")
	for _, name := range []string{"plain-1", "plain-2", "plain-3"} {
		h.run("store", "restore", name, "--yes", "--accept-rollback")
	}

	h.run("store", "backup", "plain")
	runAge(t, h, "-r", recipient, "-o", "age-1", "plain")
	runAge(t, h, "-a", "-r", ssh, "-o", "age-2", "plain")
	agePrompted(t, h, 2, "-p", "-o", "age-3", "plain")
	h.run("store", "restore", "age-1", "--identity", "id", "--yes")
	h.run("store", "restore", "age-2", "--identity", "ssh", "--yes", "--accept-rollback")
	h.run("store", "restore", "age-3", "--passphrase-file", "phrase", "--yes", "--accept-rollback")
	h.run("audit", "verify")
}

// ageKey makes an identity of age in the file id, and returns its recipient.
func ageKey(t *testing.T, h home) string {
	t.Helper()
	peer(t, "age-keygen")
	c := exec.CommandContext(t.Context(), "age-keygen", "-o", "id")
	c.Dir = h.dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(h.path("id"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "public key: ")
	recipient, _, _ := strings.Cut(rest, "\n")
	return recipient
}

// sshKey makes an SSH key in the file ssh, and returns the line of its public half.
func sshKey(t *testing.T, h home) string {
	t.Helper()
	peer(t, "ssh-keygen")
	c := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "ssh")
	c.Dir = h.dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(h.path("ssh.pub"))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(text))
}

func runAge(t *testing.T, h home, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "age", args...)
	c.Dir = h.dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("age %v: %v: %s", args, err, out)
	}
}

// agePrompted runs age on a terminal, where it asks for the passphrase so many times.
func agePrompted(t *testing.T, h home, questions int, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "age", args...)
	c.Dir = h.dir
	terminal, err := pty.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	s := newScreen(terminal)
	for range questions {
		if !s.await("assphrase") {
			t.Fatalf("age does not ask: %s", s)
		}
		if _, err := terminal.WriteString("a passphrase for backups\r"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("age %v: %v: %s", args, err, s)
	}
	s.wait()
}
