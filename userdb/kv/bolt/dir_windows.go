package bolt

import "os"

// syncDir has nothing to do: NTFS journals names.
func syncDir(string) error { return nil }

// syncFile brings a file to the disk, whoever wrote it. Windows lets only those do it that can write to it.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|plain, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
