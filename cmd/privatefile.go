package cmd

import (
	"fmt"
	"os"
	"runtime"
)

// An exposedError is errExposed with the file, and knows the way out.
type exposedError struct{ name string }

func (e *exposedError) Error() string {
	return fmt.Sprintf("%q holds a secret, and %v", e.name, errExposed)
}
func (e *exposedError) Is(target error) bool { return target == errExposed }

func (e *exposedError) hint() string { return fmt.Sprintf("chmod 600 %s", shellWord(e.name)) }

// checkPrivate refuses a file with a secret that others can read. A pipe or a device has no readers of its own; Windows
// has no such bits.
func checkPrivate(name string, info os.FileInfo) error {
	if info == nil || !info.Mode().IsRegular() || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return &exposedError{name}
}
