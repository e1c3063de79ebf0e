package cmd

import (
	"context"
	"fmt"
	"io/fs"
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
	if info == nil || !info.Mode().IsRegular() {
		return nil
	}
	return checkMode(name, info)
}

func checkMode(name string, info os.FileInfo) error {
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return &exposedError{name}
}

// checkOwn is checkPrivate for what a whole store hangs on: a file or a pipe, which nobody else can read, write or change
// the mode of.
func checkOwn(name string, info os.FileInfo) error {
	if !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeNamedPipe {
		return &hintedError{fmt.Errorf("%q is neither a file nor a pipe: %w", name, errNotOwn), "name the file with --seal-key-file"}
	}
	if uid, others := ownedByOthers(info); others {
		way := fmt.Sprintf("if you trust what is in it, make it yours: sudo chown %d %s", os.Geteuid(), shellWord(name))
		return &hintedError{fmt.Errorf("%q belongs to the user with the number %d: %w", name, uid, errNotOwn), way}
	}
	return checkMode(name, info)
}

// readOwn reads a file after checkOwn has passed it. Both go by what was opened, links followed: what the name comes to
// mean meanwhile is another file.
func (e *env) readOwn(ctx context.Context, name string, limit int) ([]byte, os.FileInfo, error) {
	f, err := openNamed(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = checkOwn(name, info)
	}
	if err != nil {
		return nil, nil, err
	}
	data, err := readOpened(ctx, f, info, limit)
	return data, info, err
}
