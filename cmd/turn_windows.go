package cmd

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// turnIn is held by one process at a time that changes seal keys in a directory, so that none takes the other's key for
// the old one. Here it is a file that nobody else can open, and that goes with the process. Where somebody else has it
// the error is authority.ErrConflict.
func turnIn(dir string) (release func(), err error) {
	name, err := windows.UTF16PtrFromString(filepath.Join(dir, ".jotkit-turn"))
	if err != nil {
		return nil, err
	}
	h, err := windows.CreateFile(name, windows.GENERIC_WRITE, 0, nil, windows.OPEN_ALWAYS,
		windows.FILE_ATTRIBUTE_HIDDEN|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
	switch {
	case err == nil:
		return func() { windows.CloseHandle(h) }, nil
	case errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_DELETE_PENDING):
		return nil, errTurn(dir)
	}
	return nil, fmt.Errorf("%q: %w", dir, err)
}
