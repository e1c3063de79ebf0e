package cmd

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// fileSystemOf is what a store lies on, by the number that statfs gives (statfs(2)).
func fileSystemOf(magic uint32) string {
	switch magic {
	case unix.EXT4_SUPER_MAGIC:
		return "ext4"
	case unix.XFS_SUPER_MAGIC:
		return "xfs"
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs"
	case unix.F2FS_SUPER_MAGIC:
		return "f2fs"
	case 0x2FC12FC1:
		return "zfs"
	case unix.TMPFS_MAGIC:
		return "tmpfs: it is gone when the machine stops"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay: it goes with its container"
	}
	return fmt.Sprintf("local, of type %x", magic)
}

// diskAt looks at the file system of a directory.
func diskAt(dir string) (disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return disk{}, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return disk{fileSystemOf(uint32(s.Type)), s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize)}, nil
}
