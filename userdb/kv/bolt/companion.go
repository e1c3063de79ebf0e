package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"

	"jotkit/userdb/kv"
)

// The companion of a store is the file <store>.lock, 4 KiB, made once and then neither renamed nor cut nor replaced.
// Its lock is the store's; its copy of the numbers tells when the store was rolled back, and tells verifiers when to
// read again. Every process maps it. Numbers are in the byte order of the machine, as in the store itself.
const (
	companionSize = 4096

	atMagic  = 0
	atID     = 8 // 16 bytes
	atGen    = 24
	atWatch  = 32
	atHolder = 40 // pid of who has the lock, 0 for nobody
	atHost   = 48 // of the holder, hostSize bytes, filled up with zeros
	hostSize = 64
)

var magic = binary.NativeEndian.Uint64([]byte("jotkit\x00\x01"))

// ErrCompanion comes back, as kv.ErrDamaged, where it is the companion that cannot be right. The store itself is not looked
// at then; without the companion it is.
var ErrCompanion = fmt.Errorf("%w: its companion cannot be right", kv.ErrDamaged)

func companionPath(store string) string { return store + ".lock" }

// openCompanion opens the companion of a store, for writing where that is allowed or needed.
func openCompanion(store string, needed bool) (f *os.File, writable bool, err error) {
	f, err = os.OpenFile(companionPath(store), os.O_RDWR|plain, 0)
	if err == nil || needed || errors.Is(err, fs.ErrNotExist) {
		return f, err == nil, err
	}
	f, err = os.OpenFile(companionPath(store), os.O_RDONLY|plain, 0) // a reader can lock what it cannot write to
	return f, false, err
}

// A companion is the mapping of one. A blank one, which a writer has yet to fill, has none.
type companion struct {
	mapping
	info     fs.FileInfo
	writable bool
}

// mapCompanion maps f, which is long enough. The answer is nil for a blank companion.
func mapCompanion(f *os.File, writable bool, info fs.FileInfo) (*companion, error) {
	m, err := newMapping(f, writable)
	if err != nil {
		return nil, fmt.Errorf("map %q: %w", f.Name(), err)
	}
	c := &companion{m, info, writable}
	unmapWith(c)
	var is uint64
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if err := sound(func() error { is = c.load(atMagic); return nil }); err != nil {
		return nil, err
	}
	switch is {
	case magic:
		return c, nil
	case 0: // the power went before its contents were on the disk
		return nil, nil
	}
	return nil, fmt.Errorf("%w: %q", ErrCompanion, f.Name())
}

// fill writes a companion whole: for a blank one, and for one that an earlier store left behind.
func fillCompanion(f *os.File, n numbers) error {
	b := make([]byte, companionSize)
	binary.NativeEndian.PutUint64(b[atMagic:], magic)
	copy(b[atID:], n.id[:])
	binary.NativeEndian.PutUint64(b[atGen:], n.gen)
	binary.NativeEndian.PutUint64(b[atWatch:], n.watch)
	_, err := f.WriteAt(b, 0)
	return err
}

// numbers are those that it holds.
func (c *companion) numbers() (n numbers, err error) {
	err = sound(func() error {
		binary.NativeEndian.PutUint64(n.id[:], c.load(atID))
		binary.NativeEndian.PutUint64(n.id[8:], c.load(atID+8))
		n.gen, n.watch = c.load(atGen), c.load(atWatch)
		return nil
	})
	return n, err
}

// accept compares the store's numbers with the companion's. A store that is ahead is a good one: a writer was killed
// between its commit and the copy, and no caller has been told of what it wrote.
func (c *companion) accept(n numbers) error {
	seen, err := c.numbers()
	switch {
	case err != nil:
		return err
	case !seen.possible():
		return fmt.Errorf("%w: it has seen change %d, and commit %d", ErrCompanion, seen.watch, seen.gen)
	case seen.id != n.id:
		return fmt.Errorf("%w: another store lies in its place", kv.ErrRolledBack)
	case n.gen < seen.gen:
		return fmt.Errorf("%w: commit %d of %d", kv.ErrRolledBack, n.gen, seen.gen)
	case n.watch < seen.watch:
		return fmt.Errorf("%w: it has seen change %d of %d, and commit %d of %d", ErrCompanion, seen.watch, n.watch, seen.gen, n.gen)
	}
	return nil
}

// announce copies the store's numbers. They are the store's and never counted here: a counter would stay behind for
// ever after the first writer that was killed.
func (c *companion) announce(n numbers) {
	c.whole(func() {
		c.store(atGen, n.gen)
		c.store(atWatch, n.watch)
	})
}

// whole runs fn where the companion has not been cut off. Where it has, nobody can read in it what fn was to write, and
// whoever cut it off must not take the process with it, nor leave it with a lock that nobody gives back.
func (c *companion) whole(fn func()) {
	_ = sound(func() error { fn(); return nil })
}

// sign says who has the lock.
func (c *companion) sign(pid int, host string) {
	var b [hostSize]byte
	copy(b[:], host)
	c.whole(func() {
		for at := 0; at < hostSize; at += 8 {
			if word := binary.NativeEndian.Uint64(b[at:]); c.load(atHost+at) != word {
				c.store(atHost+at, word)
			}
		}
		c.store(atHolder, uint64(pid))
	})
}

// holder tells who has the lock, as far as it says so.
func (c *companion) holder() string {
	var pid uint64
	var b []byte
	c.whole(func() {
		pid = c.load(atHolder)
		for at := 0; at < hostSize; at += 8 {
			b = binary.NativeEndian.AppendUint64(b, c.load(atHost+at))
		}
	})
	if pid == 0 {
		return "another process"
	}
	return fmt.Sprintf("pid %d on %s", pid, printable(b))
}

// printable cuts a host name at the first byte that none has.
func printable(b []byte) string {
	for i, c := range b {
		if c <= ' ' || c >= 0x7f {
			b = b[:i]
			break
		}
	}
	return string(b)
}
