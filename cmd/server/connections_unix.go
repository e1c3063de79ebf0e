//go:build unix

package server

import "syscall"

// usualConnections is how many connections there may be at once where the system allows it.
const usualConnections = 4096

// spareFiles are kept for the store and what else has to be opened.
const spareFiles = 64

// mostConnections is how many connections there may be: further ones wait. Fewer than the process may have files open.
func mostConnections() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > usualConnections+spareFiles {
		return usualConnections
	}
	return max(int(limit.Cur)-spareFiles, 1)
}
