package cmd

import (
	"os"
	"path/filepath"
)

// replaceFile writes a file that its owner alone can read, whole or not at all: whoever looks sees the old one or the new
// one, also after the power failed.
func replaceFile(name string, data []byte) error {
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
	if err := os.Link(temporary, name); err != nil { // unlike a rename it does not overwrite
		return err
	}
	return syncDir(filepath.Dir(name))
}

// stage writes data beside where it is to be.
func stage(name string, data []byte) (temporary string, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".jotkit-*") // 0600 and O_EXCL
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
