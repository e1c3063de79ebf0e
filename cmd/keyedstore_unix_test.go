//go:build unix

package cmd

import (
	"context"
	"io"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A seal key that came through a pipe is not looked for there again: who opens a pipe without a writer waits for ever, as
// a command with the wrong key would, and every request at a server whose store got another key.
func TestSealKeyAgainFromPipe(t *testing.T) {
	p := newInProcess(t)
	pipe := p.dir + "/pipe"
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if _, found := p.env("", io.Discard, io.Discard).sealKeyAgain(ctx, pipe, "0123456789abcdef"); found || ctx.Err() != nil {
		t.Errorf("found: %v, and waited for a writer: %v", found, ctx.Err())
	}
}
