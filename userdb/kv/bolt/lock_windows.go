package bolt

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// The byte of the companion that is locked. Locks are mandatory here, so it is one that nobody reads or writes.
var lockByte = windows.Overlapped{OffsetHigh: 1 << 30}

// tryLock takes the exclusive lock of f if nobody has it.
func tryLock(f *os.File) (bool, error) {
	err := lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}

// lock waits for the exclusive lock of f, however long that takes.
func lock(f *os.File) error { return lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

func lockFile(f *os.File, flags uint32) error {
	at := lockByte
	return os.NewSyscallError("LockFileEx", windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &at))
}

// unlock gives the lock back.
func unlock(f *os.File) {
	at := lockByte
	windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}

// unlockStore gives back what bbolt locked: the last byte that there can be.
func unlockStore(f *os.File) {
	at := windows.Overlapped{Offset: 1<<32 - 1, OffsetHigh: 1<<32 - 1}
	windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}

// storeLockTimeout is how long bbolt may wait for its lock.
func storeLockTimeout(wait time.Duration) time.Duration { return max(wait, time.Millisecond) }

// waitStore leaves the wait to bbolt: a lock taken here would keep it out, even through the same handle.
func waitStore(*patience, *os.File, bool) error { return nil }
