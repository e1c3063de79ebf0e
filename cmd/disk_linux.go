package cmd

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// fileSystems are those that a store often lies on, by the number that statfs gives (statfs(2)).
var fileSystems = map[uint32]string{
	unix.EXT4_SUPER_MAGIC:      "ext4",
	unix.XFS_SUPER_MAGIC:       "xfs",
	unix.BTRFS_SUPER_MAGIC:     "btrfs",
	unix.F2FS_SUPER_MAGIC:      "f2fs",
	0x2FC12FC1:                 "zfs",
	unix.TMPFS_MAGIC:           "tmpfs: it is gone when the machine stops",
	unix.OVERLAYFS_SUPER_MAGIC: "overlay: it goes with its container",
}

// diskAt looks at the file system of a directory.
func diskAt(dir string) (disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return disk{}, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	kind, known := fileSystems[uint32(s.Type)]
	if !known {
		kind = fmt.Sprintf("local, of type %x", uint32(s.Type))
	}
	return disk{kind, s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize)}, nil
}
