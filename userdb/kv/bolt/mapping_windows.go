package bolt

import (
	"encoding/binary"
	"os"
	"runtime"
)

// A mapping is the companion, read and written in place: mapped views and file writes do not keep step here.
type mapping struct{ f *os.File }

func newMapping(f *os.File, writable bool) (mapping, error) {
	flags := os.O_RDONLY
	if writable {
		flags = os.O_RDWR
	}
	own, err := os.OpenFile(f.Name(), flags, 0)
	return mapping{own}, err
}

// load reads the word at this offset. What cannot be read is 0: no revision that anybody has.
func (m mapping) load(at int) uint64 {
	var b [8]byte
	if _, err := m.f.ReadAt(b[:], int64(at)); err != nil {
		return 0
	}
	return binary.NativeEndian.Uint64(b[:])
}

func (m mapping) store(at int, v uint64) {
	m.f.WriteAt(binary.NativeEndian.AppendUint64(nil, v), int64(at))
}

// unmapWith closes the file when c has been collected.
func unmapWith(c *companion) {
	runtime.AddCleanup(c, func(f *os.File) { f.Close() }, c.f)
}
