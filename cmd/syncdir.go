package cmd

import (
	"os"
	"path/filepath"
	"runtime"
)

// makeDir makes a directory for its owner alone, and those above it that are missing. They are there after a power
// failure too, or what is to be safe in them would go with them.
func makeDir(dir string) error {
	var parents []string // of what is to be made
	for d := dir; !exists(d) && filepath.Dir(d) != d; d = filepath.Dir(d) {
		parents = append(parents, filepath.Dir(d))
	}
	err := os.MkdirAll(dir, 0o700)
	for _, parent := range parents {
		if err == nil {
			err = syncDir(parent)
		}
	}
	return err
}

// syncDir makes a new name in a directory last. Windows has no such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
