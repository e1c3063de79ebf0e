//go:build unix

package cmd

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// turnIn is held by one process at a time that changes seal keys in a directory, so that none takes the other's key for
// the old one. It ends with the process. Where somebody else has it the error is authority.ErrConflict.
func turnIn(dir string) (release func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EINTR {
			break
		}
	}
	switch {
	case err == nil:
		return func() { d.Close() }, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		err = errTurn(dir)
	default:
		err = &hintedError{fmt.Errorf("%q cannot be locked: %w", dir, err), "name a file elsewhere with --to"}
	}
	d.Close()
	return nil, err
}
