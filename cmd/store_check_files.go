package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"jotkit/userdb/kv/bolt"
)

// files checks who can read and write the files, and their directories: who can write to a directory can put another file
// in the place of any in it.
func (x *examination) files() {
	before := len(x.found)
	if x.p.file == nil {
		x.file("seal key", x.p.keyPath)
		x.directory(filepath.Dir(x.p.keyPath))
		if len(x.found) == before {
			x.well("permissions", "the seal key is for its owner alone")
		}
		return
	}
	x.file("store", x.p.path)
	x.file("companion", x.p.path+".lock")
	x.file("seal key", x.p.keyPath)
	x.directory(filepath.Dir(x.p.path))
	if filepath.Dir(x.p.keyPath) != filepath.Dir(x.p.path) {
		x.directory(filepath.Dir(x.p.keyPath))
	}
	if len(x.found) == before {
		x.well("permissions", "store, companion and seal key are for their owner alone")
	}
	x.apart()
}

func (x *examination) file(what, name string) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return // another check tells
	}
	if err != nil {
		x.warn("permissions", "", "%s: %v", what, err)
		return
	}
	mode, mend := info.Mode().Perm(), "chmod 600 "+shellWord(name)
	switch {
	case runtime.GOOS == "windows": // has no such bits
	case mode&0o022 != 0:
		x.fail("permissions", mend, "others can write to the %s", what)
	case mode&0o077 != 0 && what == "seal key":
		x.fail("permissions", mend, "others can read the %s", what)
	case mode&0o077 != 0:
		x.warn("permissions", mend, "others can read the %s", what)
	}
	x.owner(what, name, info)
}

// owner compares with who owns the store: a file of somebody else beside it locks its owner out.
func (x *examination) owner(what, name string, info os.FileInfo) {
	store, err := os.Stat(x.p.path)
	if err != nil {
		return
	}
	want, known := ownerOf(store)
	if owner, _ := ownerOf(info); known && owner != want {
		x.warn("permissions", "sudo chown "+want+" "+shellWord(name), "the %s belongs to the user %s, and the store to %s", what, owner, want)
	}
}

func (x *examination) directory(name string) {
	info, err := os.Stat(name)
	if err != nil {
		return
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		x.fail("permissions", "chmod go-w "+shellWord(name), "others can put files into %s", name)
	}
}

// apart tells when one copy of a directory takes the store with what opens it.
func (x *examination) apart() {
	dir := func(name string) string {
		if real, err := filepath.EvalSymlinks(name); err == nil {
			name = real
		}
		return filepath.Dir(name)
	}
	if dir(x.p.path) == dir(x.p.keyPath) {
		x.warn("apart", "", "store and seal key lie in one directory: who copies it has both. Name another place with --seal-key-file")
		return
	}
	x.well("apart", "the seal key is in %s", filepath.Dir(x.p.keyPath))
}

// leftovers are files that a crash has left beside the store or its seal key, of which one may be a copy. One that is being
// made has the same kind of name.
func (x *examination) leftovers() {
	var left []string
	var err error
	dirs, beside := []string{filepath.Dir(x.p.keyPath)}, "the seal key"
	if x.p.file != nil {
		left, err = bolt.Leftovers(x.p.path)
		dirs, beside = append(dirs, filepath.Dir(x.p.real())), "the store and its seal key"
	}
	for _, dir := range slices.Compact(dirs) {
		staged, fault := stagedIn(dir)
		left = append(left, staged...)
		if err == nil && !errors.Is(fault, fs.ErrNotExist) {
			err = fault
		}
	}
	if err != nil {
		x.warn("leftovers", "", "%v", err)
	} else if len(left) == 0 {
		x.well("leftovers", "none beside %s", beside)
	}
	for _, name := range left {
		x.warn("leftovers", "rm "+shellWord(name), "%s was left by a command that was cut off, if none is running", name)
	}
}
