package bolt

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"jotkit/userdb/kv"
)

// untrusted are file systems of other machines, by the beginning of f_fstypename: another machine does not see a lock
// taken here, or what is written to a mapping here.
var untrusted = []string{"nfs", "smbfs", "cifs", "afpfs", "webdav", "9p", "osxfuse", "macfuse", "fuse", "virtiofs"}

// trusted tells whether a store can be kept in the directory dir, with kv.ErrUnsupported if not.
func trusted(dir string) error {
	var info unix.Statfs_t
	if err := unix.Statfs(dir, &info); err != nil {
		return &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	kind := unix.ByteSliceToString(info.Fstypename[:])
	for _, name := range untrusted {
		if strings.HasPrefix(kind, name) {
			return fmt.Errorf("%w: %q is on %s", kv.ErrUnsupported, dir, kind)
		}
	}
	return nil
}
