package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// replaceFile writes a file that its owner alone can read, whole or not at all: whoever looks sees the old one or the new
// one, also after the power failed.
func replaceFile(name string, data []byte) error { return replaceWith(name, bytesOf(data)) }

// bytesOf fills a file with these.
func bytesOf(data []byte) func(io.Writer) error {
	return func(to io.Writer) error {
		_, err := to.Write(data)
		return err
	}
}

// replaceWith is replaceFile for what is too long to be held in memory. Where fill fails there is no new file.
func replaceWith(name string, fill func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%q is a directory", name)
	}
	temporary, err := stage(name, fill)
	if err != nil {
		return err
	}
	if err := moveOver(temporary, name); err != nil {
		os.Remove(temporary)
		return err
	}
	return nil
}

// moveOver puts a file in the place of another in its directory, also for after a power failure.
func moveOver(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// createFile is replaceFile for a file that must not be there yet: then the error is os.ErrExist.
func createFile(name string, data []byte) error { return createWith(name, bytesOf(data)) }

// createWith is createFile for what is too long to be held in memory.
func createWith(name string, fill func(io.Writer) error) error {
	temporary, err := stage(name, fill)
	if err != nil {
		return err
	}
	err = os.Link(temporary, name) // unlike a rename it does not overwrite
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = copyNew(name, contentOf(temporary))
	}
	os.Remove(temporary) // at once: it may be a second copy of a key
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// copyNew is for file systems without links: a crash may leave part of a file, and never overwrites one.
func copyNew(name string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return written(f, fill)
}

// contentOf fills a file with what is in another one.
func contentOf(name string) func(io.Writer) error {
	return func(to io.Writer) error {
		from, err := os.Open(name)
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(to, from)
		return err
	}
}

// stage fills a file beside where it is to be.
func stage(name string, fill func(io.Writer) error) (temporary string, err error) {
	f, err := newBeside(name)
	if err != nil {
		return "", err
	}
	return f.Name(), written(f, fill)
}

// stagedAs is what the names of files begin with that are yet to be put in their place.
const stagedAs = ".jotkit-"

// stagedIn returns the files in a directory that commands which were cut off have left there, or have yet to put in their
// place.
func stagedIn(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), stagedAs) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, err
}

// newBeside makes an empty file in the directory of another one.
func newBeside(name string) (*os.File, error) {
	f, err := os.CreateTemp(filepath.Dir(name), stagedAs+"*") // 0600 and O_EXCL
	var path *fs.PathError
	if errors.As(err, &path) { // which names a file that nobody asked for
		err = fmt.Errorf("%q cannot be written: %w", name, path.Err)
	}
	return f, err
}

// written fills a new file, and removes it where that fails.
func written(f *os.File, fill func(io.Writer) error) error {
	out := bufio.NewWriter(f)
	err := fill(out)
	if err == nil {
		err = out.Flush()
	}
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
