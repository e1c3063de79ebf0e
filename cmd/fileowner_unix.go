//go:build unix

package cmd

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// ownerOf is the name of who owns a file, or the number of one without a name.
func ownerOf(info os.FileInfo) (name string, known bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", false
	}
	id := strconv.FormatUint(uint64(s.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username, true
	}
	return id, true
}
