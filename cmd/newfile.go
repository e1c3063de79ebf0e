package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replaceFile writes a file that its owner alone can read, whole or not at all: whoever looks sees the old one or the new
// one, also after the power failed.
func replaceFile(name string, data []byte) error {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%q is a directory", name)
	}
	temporary, err := stage(name, data)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, name); err != nil {
		os.Remove(temporary)
		return err
	}
	return syncDir(filepath.Dir(name))
}

// createFile is replaceFile for a file that must not be there yet: then the error is os.ErrExist.
func createFile(name string, data []byte) error {
	temporary, err := stage(name, data)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	err = os.Link(temporary, name) // unlike a rename it does not overwrite
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = copyNew(name, data)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// copyNew is for file systems without links: a crash may leave part of a file, and never overwrites one.
func copyNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return written(f, data)
}

// stage writes data beside where it is to be.
func stage(name string, data []byte) (temporary string, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".jotkit-*") // 0600 and O_EXCL
	var path *fs.PathError
	switch {
	case errors.As(err, &path): // which names a file that nobody asked for
		return "", fmt.Errorf("%q cannot be written: %w", name, path.Err)
	case err != nil:
		return "", err
	}
	return f.Name(), written(f, data)
}

// written fills a new file, and removes it where that fails.
func written(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
