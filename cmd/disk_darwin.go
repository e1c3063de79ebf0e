package cmd

import (
	"os"

	"golang.org/x/sys/unix"
)

// diskAt looks at the file system of a directory.
func diskAt(dir string) (disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return disk{}, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return disk{unix.ByteSliceToString(s.Fstypename[:]), s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize)}, nil
}
