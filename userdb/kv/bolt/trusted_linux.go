package bolt

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"jotkit/userdb/kv"
)

// untrusted names file systems of other machines, by the number that statfs gives (statfs(2)), and is "" for others:
// another machine does not see a lock taken here, or what is written to a mapping here.
func untrusted(magic uint32) string {
	switch magic {
	case 0x00006969:
		return "NFS"
	case 0x0000517B, 0xFE534D42:
		return "SMB"
	case 0xFF534D42:
		return "CIFS"
	case 0x01021997:
		return "9p"
	case 0x65735546:
		return "FUSE"
	case 0x5346414F:
		return "AFS"
	case 0x00C36400:
		return "Ceph"
	}
	return ""
}

// trusted tells whether a store can be kept in the directory dir, with kv.ErrUnsupported if not.
func trusted(dir string) error {
	var info unix.Statfs_t
	if err := unix.Statfs(dir, &info); err != nil {
		return &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if name := untrusted(uint32(info.Type)); name != "" {
		return fmt.Errorf("%w: %q is on %s", kv.ErrUnsupported, dir, name)
	}
	return nil
}
