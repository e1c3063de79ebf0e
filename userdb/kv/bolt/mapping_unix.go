//go:build unix

package bolt

import (
	"os"
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A mapping is the companion in memory, shared with every process that has it mapped.
type mapping struct {
	words *[companionSize / 8]atomic.Uint64
}

func newMapping(f *os.File, writable bool) (mapping, error) {
	protection := unix.PROT_READ
	if writable {
		protection |= unix.PROT_WRITE
	}
	b, err := unix.Mmap(int(f.Fd()), 0, companionSize, protection, unix.MAP_SHARED)
	if err != nil {
		return mapping{}, err
	}
	return mapping{(*[companionSize / 8]atomic.Uint64)(unsafe.Pointer(unsafe.SliceData(b)))}, nil
}

// load reads the word at this offset, in about a nanosecond.
func (m mapping) load(at int) uint64 { return m.words[at/8].Load() }

func (m mapping) store(at int, v uint64) { m.words[at/8].Store(v) }

// unmapWith gives the memory back when c has been collected: a Rev may be reading it as long as it has not.
func unmapWith(c *companion) {
	runtime.AddCleanup(c, func(words *[companionSize / 8]atomic.Uint64) {
		unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(words)), companionSize))
	}, c.words)
}
