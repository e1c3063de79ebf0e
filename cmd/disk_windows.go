package cmd

import (
	"os"

	"golang.org/x/sys/windows"
)

// diskAt looks at the file system of a directory.
func diskAt(dir string) (d disk, err error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(name, &d.free, &d.total, nil)
	}
	if err != nil {
		return disk{}, &os.PathError{Op: "GetDiskFreeSpaceEx", Path: dir, Err: err}
	}
	return d, nil
}
