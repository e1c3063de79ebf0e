//go:build unix

package cmd

import (
	"os"
	"syscall"
)

// ownedByOthers tells whether a file belongs to neither who runs this nor the administrator of the machine, and to whom.
func ownedByOthers(info os.FileInfo) (uid uint32, others bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return s.Uid, s.Uid != 0 && s.Uid != uint32(os.Geteuid())
}
