//go:build unix

package bolt

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives the file that is to take the place of the one at path its owner. Who is root and looks after the store
// of a service would lock it out otherwise.
func keepOwner(temp, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	if !known || int(owner.Uid) == os.Geteuid() {
		return nil
	}
	if err := os.Chown(temp, int(owner.Uid), int(owner.Gid)); err != nil {
		return err
	}
	return syncFile(temp)
}
