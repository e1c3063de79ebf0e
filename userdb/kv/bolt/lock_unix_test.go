//go:build unix

package bolt_test

import (
	"os/exec"
	"syscall"
	"testing"
)

// stop has a process stand still, with all that it holds.
func stop(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}
