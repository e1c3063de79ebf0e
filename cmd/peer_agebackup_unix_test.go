//go:build unix

package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestAgeBackups has the programs age and age-keygen open encrypted backups, and jotkit restore what age encrypted.
func TestAgeBackups(t *testing.T) {
	peer(t, "age")
	h := newHome(t)
	h.run("init")
	h.write("phrase", testPassphrase)
	recipient := ageKey(t, h)
	ssh := sshKey(t, h)

	h.run("store", "backup", "to-age", "--to", recipient)
	h.run("store", "backup", "to-ssh", "--to", ssh, "--to", recipient)
	h.run("store", "backup", "by-phrase", "--passphrase-file", "phrase")
	h.tool("age", "-d", "-i", "id", "-o", "plain-1", "to-age")
	h.tool("age", "-d", "-i", "ssh", "-o", "plain-2", "to-ssh")
	h.agePrompted(1, "-d", "-o", "plain-3", "by-phrase")
	for _, name := range []string{"plain-1", "plain-2", "plain-3"} {
		h.run("store", "restore", name, "--yes", "--accept-rollback")
	}

	h.run("store", "backup", "plain")
	h.tool("age", "-r", recipient, "-o", "age-1", "plain")
	h.tool("age", "-a", "-r", ssh, "-o", "age-2", "plain")
	h.agePrompted(2, "-p", "-o", "age-3", "plain")
	h.run("store", "restore", "age-1", "--identity", "id", "--yes")
	h.run("store", "restore", "age-2", "--identity", "ssh", "--yes", "--accept-rollback")
	h.run("store", "restore", "age-3", "--passphrase-file", "phrase", "--yes", "--accept-rollback")
	h.run("audit", "verify")
}

// ageKey makes an identity of age in the file id, and returns its recipient.
func ageKey(t *testing.T, h home) string {
	t.Helper()
	peer(t, "age-keygen")
	h.tool("age-keygen", "-o", "id")
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
	h.tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "ssh")
	text, err := os.ReadFile(h.path("ssh.pub"))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(text))
}

// tool runs another program in the home.
func (h home) tool(program string, args ...string) {
	h.t.Helper()
	c := exec.CommandContext(h.t.Context(), program, args...)
	c.Dir = h.dir
	if out, err := c.CombinedOutput(); err != nil {
		h.t.Fatalf("%s %v: %v: %s", program, args, err, out)
	}
}
