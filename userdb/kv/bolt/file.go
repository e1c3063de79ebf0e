package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"unsafe"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"jotkit/userdb/kv"
)

// A file is the store's file, open for one transaction.
type file struct {
	db    *bbolt.DB
	tx    *bbolt.Tx
	f     *os.File
	size  int64 // when it was locked
	stuck bool  // bbolt panicked: its own locks may be held, and its Close would wait for ever
}

// openFile opens the store with bbolt and begins a transaction. create is 0 for a file that must be there, or the flags
// of os.OpenFile that make it.
func openFile(p *patience, path string, write bool, create int) (*file, error) {
	h := &file{}
	options := &bbolt.Options{
		ReadOnly:     !write,
		NoStatistics: true,
		Timeout:      storeLockTimeout(p.wait),
		OpenFile: func(name string, flags int, mode os.FileMode) (_ *os.File, err error) {
			flags = flags&^os.O_CREATE | create
			h.f, h.size, err = openLocked(p, name, flags, mode, write)
			return h.f, err
		},
	}
	err := sound(func() (err error) {
		if h.db, err = bbolt.Open(path, 0o600, options); err == nil {
			h.tx, err = h.db.Begin(write)
		}
		return err
	})
	if err != nil {
		h.stuck = isPanic(err)
		h.close()
		return nil, explain(path, err)
	}
	return h, nil
}

// openLocked opens the file and waits for bbolt's lock on it, so that bbolt, which polls and knows no context, finds
// it taken by itself. An empty file is refused: bbolt would make a new store of it.
func openLocked(p *patience, name string, flags int, mode os.FileMode, write bool) (*os.File, int64, error) {
	f, err := os.OpenFile(name, flags|plain, mode)
	if err != nil {
		return nil, 0, err
	}
	size, err := sizeOf(f) // before there is a lock to wait for, which other than files may not have
	if err == nil {
		if err = waitStore(p, f, write); err == nil {
			size, err = sizeOf(f)
		}
	}
	if err == nil && size == 0 && flags&os.O_CREATE == 0 {
		err = damaged("0 bytes")
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, size, nil
}

func sizeOf(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, damaged("no regular file")
	}
	return info.Size(), nil
}

// pages gives the bytes of the state that the transaction sees. They end where the state does, which must be in the
// file: a mapping goes on behind the end of a file that was cut off, and to read there kills the process.
func (h *file) pages() (*pages, error) {
	size := h.tx.Size()
	if size > h.size || size < 0 {
		return nil, damaged("it has %d bytes of %d", h.size, size)
	}
	at := h.db.Info()
	start := *(*unsafe.Pointer)(unsafe.Pointer(&at.Data)) // of bbolt's mapping, which the collector does not move
	return openPages(unsafe.Slice((*byte)(start), size), uint64(at.PageSize), uint64(h.tx.ID()))
}

// close ends the transaction and closes the file.
func (h *file) close() {
	if !h.stuck && h.db != nil {
		h.stuck = isPanic(sound(func() error {
			if h.tx != nil {
				h.tx.Rollback() // says that it is over after a commit
			}
			return h.db.Close()
		}))
	}
	if h.stuck && h.f != nil {
		unlockStore(h.f) // the mapping, which nobody can take away now, would keep the lock
		h.f.Close()
	}
}

var errPanic = errors.New("it cannot be read")

// sound runs what reads or writes the file, and never what a caller handed in. A panic in it, faults of the mapping
// included, is damage: bbolt asserts what it expects of a file.
func sound(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %w: %v", kv.ErrDamaged, errPanic, p)
		}
	}()
	return fn()
}

// explain makes one of our errors of one of bbolt's or the system's, and names the file.
func explain(path string, err error) error {
	var system *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w at %q", kv.ErrNoStore, path)
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%w, held by another program: %q", kv.ErrBusy, path)
	case errors.Is(err, kv.ErrUnavailable):
		return fmt.Errorf("%w: %q", err, path)
	case isDenied(err):
		return denied(err)
	case errors.As(err, &system), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fmt.Errorf("%w: %w: %q", kv.ErrDamaged, err, path)
}

// isDenied tells whether a file cannot be opened as it would have to be: for its mode, or for the medium that it is on.
func isDenied(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// denied makes kv.ErrUnavailable of an error that isDenied, be it of the store, its companion or their directory.
func denied(err error) error {
	if isDenied(err) && !errors.Is(err, kv.ErrUnavailable) {
		return fmt.Errorf("%w: %w", kv.ErrUnavailable, err)
	}
	return err
}

func isPanic(err error) bool { return errors.Is(err, errPanic) }
