package bolt

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"jotkit/userdb/kv"
)

func TestTrusted(t *testing.T) {
	for _, magic := range []int64{
		unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC,
		unix.V9FS_MAGIC, unix.FUSE_SUPER_MAGIC,
	} {
		if untrusted(uint32(magic)) == "" {
			t.Errorf("%#x is trusted", magic)
		}
	}
	for _, magic := range []int64{
		unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC,
	} {
		if untrusted(uint32(magic)) != "" {
			t.Errorf("%#x is not trusted", magic)
		}
	}
	if err := trusted("/nowhere/at/all"); err == nil || errors.Is(err, kv.ErrUnsupported) {
		t.Errorf("a directory that is not there: %v", err)
	}
}
