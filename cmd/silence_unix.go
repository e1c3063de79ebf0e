//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cmd

import (
	"errors"

	"golang.org/x/sys/unix"
)

// silence has the terminal show nothing of what is typed.
func silence(fd int) error {
	mode, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	mode.Lflag &^= unix.ECHO
	return unix.IoctlSetTermios(fd, setTermios, mode)
}

// readHidden reads a line from a terminal that has been silenced. The person who ends the input with Ctrl-D before they
// typed anything says no; term.ReadPassword would go on asking.
func readHidden(fd int) ([]byte, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := unix.Read(fd, one)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0 && len(line) == 0:
			return nil, errDeclined
		case n == 0:
			return line, nil
		case one[0] == '\n':
			return line, nil
		case len(line) < maxPasswordInput:
			line = append(line, one[0])
		}
	}
}
