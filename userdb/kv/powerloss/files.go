package powerloss

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Files are the files of a tree by their paths below its root; nil for a directory.
type Files map[string][]byte

// Sum tells trees apart, also by what else belongs to them.
func (f Files) Sum(also string) (sum [32]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%q", also)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(h, "%q %d:", name, len(f[name]))
		h.Write(f[name])
	}
	h.Sum(sum[:0])
	return sum
}

// Write makes the tree in a directory that is empty or missing, each file for its owner alone.
func (f Files) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		path, content := filepath.Join(dir, name), f[name]
		var err error
		if content == nil {
			err = os.Mkdir(path, 0o700)
		} else {
			err = os.WriteFile(path, content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Read reads a tree of directories and regular files.
func Read(dir string) (Files, error) {
	f := Files{}
	return f, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			f[name] = nil
			return nil
		}
		content, err := os.ReadFile(path)
		f[name] = append([]byte{}, content...)
		return err
	})
}
