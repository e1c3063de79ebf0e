//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package cmd

import "golang.org/x/term"

// silence is for term.ReadPassword to do here, a moment after the question.
func silence(int) error { return nil }

func readHidden(fd int) ([]byte, error) { return term.ReadPassword(fd) }
