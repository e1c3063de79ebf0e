//go:build unix

package bolt

import "syscall"

// plain is how files are opened: whoever can write to the directory may have planted a link to a file of ours, which
// would be overwritten, or a fifo, for which an open waits without end.
const plain = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
