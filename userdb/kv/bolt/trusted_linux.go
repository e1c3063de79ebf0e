package bolt

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"jotkit/userdb/kv"
)

// untrusted are file systems of other machines, by the number that statfs gives (statfs(2)): another machine does not
// see a lock taken here, or what is written to a mapping here.
var untrusted = map[uint32]string{
	0x00006969: "NFS",
	0x0000517B: "SMB",
	0xFE534D42: "SMB",
	0xFF534D42: "CIFS",
	0x01021997: "9p",
	0x65735546: "FUSE",
	0x5346414F: "AFS",
	0x00C36400: "Ceph",
}

// trusted tells whether a store can be kept in the directory dir, with kv.ErrUnsupported if not.
func trusted(dir string) error {
	var info unix.Statfs_t
	if err := unix.Statfs(dir, &info); err != nil {
		return &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if name, known := untrusted[uint32(info.Type)]; known {
		return fmt.Errorf("%w: %q is on %s", kv.ErrUnsupported, dir, name)
	}
	return nil
}
