//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cmd

import "golang.org/x/sys/unix"

// silence has the terminal show nothing of what is typed.
func silence(fd int) error {
	mode, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	mode.Lflag &^= unix.ECHO
	return unix.IoctlSetTermios(fd, setTermios, mode)
}
