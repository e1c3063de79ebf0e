//go:build unix

package bolt

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// tryLock takes the exclusive lock of f if nobody has it.
func tryLock(f *os.File) (bool, error) { return try(f, unix.LOCK_EX) }

func try(f *os.File, how int) (bool, error) {
	err := retry(f, how|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// lock waits for the exclusive lock of f, however long that takes: closing f elsewhere does not wake it.
func lock(f *os.File) error { return retry(f, unix.LOCK_EX) }

// unlock gives the lock back. Closing f is not enough once it is mapped: the mapping keeps the open file, and that the
// lock.
func unlock(f *os.File) { retry(f, unix.LOCK_UN) }

func retry(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); err != unix.EINTR {
			return os.NewSyscallError("flock", err)
		}
	}
}

// unlockStore gives back what bbolt locked.
func unlockStore(f *os.File) { unlock(f) }

// storeLockTimeout is how long bbolt may wait for its lock: waitStore has it already.
func storeLockTimeout(time.Duration) time.Duration { return time.Nanosecond }

// waitStore takes the lock that bbolt is about to take on the same open file, shared or exclusive. The companion's lock
// keeps our own kind away, so somebody else has this one, and it is asked for again and again.
func waitStore(p *patience, f *os.File, exclusive bool) error {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	if got, err := try(f, how); got || err != nil {
		return err
	}
	waiting := p.waiting()
	for {
		select {
		case <-waiting.Done():
			return context.Cause(waiting)
		case <-time.After(2 * time.Millisecond):
		}
		if got, err := try(f, how); got || err != nil {
			return err
		}
	}
}
