//go:build unix

package bolt

import "os"

// syncDir brings the names in a directory to the disk.
func syncDir(dir string) error { return syncAs(dir, os.O_RDONLY) }

// syncFile brings a file to the disk, whoever wrote it: that may be done by who can only read it.
func syncFile(path string) error { return syncAs(path, os.O_RDONLY|plain) }

func syncAs(path string, flags int) error {
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
