package cmd

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A dialog is with a program that answers each line on its stdin with one on its stdout.
type dialog struct {
	in  io.Writer
	out *bufio.Reader
}

// newDialog starts the program, which lives until the end of the test: so it meets rotations with the keys it remembers.
func newDialog(t *testing.T, c *exec.Cmd, log string) dialog {
	t.Helper()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	background(t, c, log, func(error) {})
	return dialog{in, bufio.NewReader(out)}
}

func (d dialog) ask(t *testing.T, line string) string {
	t.Helper()
	_, err := io.WriteString(d.in, line+"\n")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := d.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%q, and then %v", answer, err)
	}
	return strings.TrimSuffix(answer, "\n")
}

// refuses asks for a verdict, with the verb before the token if there is one.
func (d dialog) refuses(verb string) func(t *testing.T, raw string) string {
	return func(t *testing.T, raw string) string {
		t.Helper()
		answer := d.ask(t, strings.TrimSpace(verb+" "+raw))
		why, refused := strings.CutPrefix(answer, "refused ")
		switch {
		case refused:
			return why
		case answer != "accepted ada":
			t.Errorf("answer %q", answer)
		}
		return ""
	}
}

// lacking skips a test for which something is not installed, unless peers are required.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("JOTKIT_PEERS") == "require" {
		t.Fatalf("%s is required", what)
	}
	t.Skipf("skipped without %s", what)
}
