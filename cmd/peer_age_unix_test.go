//go:build unix

package cmd

import (
	"os"
	"os/exec"
	"testing"

	"github.com/creack/pty"

	"jotkit/userdb/kv/sealed"
)

// TestAgeOpensSealKey has the program age open a seal key under a passphrase, and jotkit one that age wrote.
func TestAgeOpensSealKey(t *testing.T) {
	peer(t, "age")
	h := newHome(t)
	h.write("words", testPassphrase+"\n")
	h.run("init")
	h.run("store", "reseal", "--new-passphrase-file", "words")
	h.agePrompted(1, "-d", "-o", "plain.key", "seal.key")
	text, err := os.ReadFile(h.path("plain.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sealed.ParseKey(text); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(h.path("plain.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.run("keys", "list", "--seal-key-file", "plain.key")
	h.agePrompted(2, "-p", "-a", "-o", "by-age.key", "plain.key")
	if err := os.Chmod(h.path("by-age.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.run("keys", "list", "--seal-key-file", "by-age.key", "--seal-passphrase-file", "words")
}

// agePrompted runs age on a terminal, where it asks for the passphrase so many times.
func (h home) agePrompted(questions int, args ...string) {
	h.t.Helper()
	c := exec.CommandContext(h.t.Context(), "age", args...)
	c.Dir = h.dir
	terminal, err := pty.Start(c)
	if err != nil {
		h.t.Fatal(err)
	}
	defer terminal.Close()
	s := newScreen(terminal)
	for range questions {
		if !s.await("assphrase") {
			h.t.Fatalf("age does not ask: %s", s)
		}
		if _, err := terminal.WriteString(testPassphrase + "\r"); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := c.Wait(); err != nil {
		h.t.Fatalf("age %v: %v: %s", args, err, s)
	}
	s.wait()
}
