//go:build unix

package cmd

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// Who waits for the end is told of a signal.
func TestUntilSignal(t *testing.T) {
	spared := make(chan os.Signal, 1) // or a signal that is not caught ends the test with the process
	signal.Notify(spared, syscall.SIGHUP)
	defer signal.Stop(spared)
	ctx := untilSignal()
	done := ctx.Done()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("a signal was not told of")
	}
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
