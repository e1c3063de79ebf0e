package bolt

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"

	"jotkit/userdb/kv"
)

// read runs fn over the committed state.
func (s *Store) read(ctx context.Context, fn func(*reader) error) error {
	// A fault of the mapping, of a disk that fails or a file that is cut off meanwhile, is to be a panic: see sound.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	h, err := s.acquire(ctx, false)
	if err != nil {
		return err
	}
	defer h.release()
	return h.read(fn)
}

// read opens the file read-only, compares it with the companion and runs fn.
func (h *held) read(fn func(*reader) error) error {
	f, err := openFile(h.patience, h.path, false, 0)
	if err != nil {
		return err
	}
	defer f.close()
	r, err := openReader(f)
	if err == nil && h.c != nil {
		err = h.c.accept(r.numbers)
	}
	if err != nil {
		return explain(h.path, err)
	}
	h.settle(r.numbers)
	defer func() { r.pages = nil }()
	return fn(r)
}

// Rev returns the revision that the companion announces, read from memory once the companion is mapped. It is 0 where
// there is no companion.
func (s *Store) Rev() (kv.Rev, error) {
	if c := s.bell.Load(); c != nil {
		return c.rev()
	}
	return s.firstRev()
}

// rev reads the number for which everybody has the companion mapped. Whoever cuts the companion off takes the number
// away, and must not take the process with it.
func (c *companion) rev() (rev kv.Rev, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged("companion: %v", p)
		}
	}()
	rev = kv.Rev(c.load(atWatch))
	runtime.KeepAlive(c) // it is unmapped when it is collected
	return rev, nil
}

// firstRev maps the companion.
func (s *Store) firstRev() (kv.Rev, error) {
	path, err := s.real()
	if err != nil {
		return 0, err
	}
	c, err := s.companionAt(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(path); err != nil {
			return 0, explain(path, err)
		}
		return 0, nil
	}
	if err != nil || c == nil {
		return 0, err
	}
	return c.rev()
}
