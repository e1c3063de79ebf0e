//go:build unix

package cmd

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// alone waits until no other jotkit is at work on a file that it reads and replaces, and returns what lets the next one in.
// Who waited finds the new file in the place of the one that was locked, and waits for that. Some network file systems
// have no such locks: there all go on at once.
func alone(ctx context.Context, name string) (release func(), err error) {
	for {
		f, err := interruptible(ctx, func() (*os.File, error) { return os.Open(name) })
		if err != nil {
			return nil, err
		}
		locked, err := interruptible(ctx, func() (bool, error) { return flock(f), nil })
		if err != nil {
			return nil, err // interrupted: f is still waited for, and goes with the process
		}
		if !locked || sameFile(f, name) {
			return func() { f.Close() }, nil
		}
		f.Close()
	}
}

func flock(f *os.File) bool {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}

// sameFile tells whether an open file still has its name. One that is gone has none, and opening it will tell.
func sameFile(f *os.File, name string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(name)
	return err == nil && os.SameFile(open, named)
}
