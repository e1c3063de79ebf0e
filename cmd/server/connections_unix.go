//go:build unix

package server

import "syscall"

// spareFiles are kept for the store and what else has to be opened.
const spareFiles = 64

// mostConnections is how many connections there may be: further ones wait. They are fewer than the files that the process may have open.
func mostConnections() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > usualConnections+spareFiles {
		return usualConnections
	}
	return max(int(limit.Cur)-spareFiles, 1)
}
