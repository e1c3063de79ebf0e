//go:build unix

package remote

import (
	"os"
	"syscall"
)

// ours tells whether a file or directory is the user's, and nobody else may write to it: a copy that others can plant
// would be their keys.
func ours(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
