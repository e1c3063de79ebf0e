package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"jotkit/userdb/kv"
)

// held is the turn of one transaction, and the lock of the companion, if there is one.
type held struct {
	*patience
	s    *Store
	path string     // of the store
	f    *os.File   // the companion; nil for a reader where there is none
	c    *companion // nil while it is blank
}

// acquire takes the store for one transaction, and makes the companion for a write that finds none.
func (s *Store) acquire(ctx context.Context, write bool) (*held, error) {
	path, err := s.real()
	if err != nil {
		return nil, err
	}
	h, err := s.wantTurn(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := h.lockOrBusy(ctx, write); err != nil {
		h.release()
		return nil, denied(err)
	}
	return h, nil
}

func (h *held) lockOrBusy(ctx context.Context, write bool) error {
	err := h.lock(write)
	if err != nil && h.over() {
		return h.s.busy(ctx)
	}
	return err
}

// wantTurn waits until no transaction of this Store is running.
func (s *Store) wantTurn(ctx context.Context, path string) (*held, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // select would flip a coin
	}
	h := &held{patience: s.patience(ctx), s: s, path: path}
	select {
	case s.turn <- struct{}{}:
		return h, nil
	default:
	}
	select {
	case s.turn <- struct{}{}:
		return h, nil
	case <-h.waiting().Done():
		h.end()
		return nil, s.busy(ctx)
	}
}

// lock takes the lock of the companion that is at the path when it has it.
func (h *held) lock(write bool) error {
	for {
		f, writable, err := h.s.lockCompanion(h.patience, h.path, write)
		if err != nil || f == nil {
			return err
		}
		h.f = f
		info, same, err := isAt(f, companionPath(h.path))
		if same {
			h.c, err = h.s.mapped(f, info, writable)
		}
		if same && err == nil && write && !writable {
			err = &fs.PathError{Op: "write", Path: f.Name(), Err: fs.ErrPermission}
		}
		if same || err != nil {
			h.sign()
			return err
		}
		h.unlock()
	}
}

// isAt tells whether f is still the file at path.
func isAt(f *os.File, path string) (info fs.FileInfo, same bool, err error) {
	if info, err = f.Stat(); err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("%w: %q is no regular file", kv.ErrUnsupported, f.Name())
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return info, false, nil
	}
	return info, err == nil && os.SameFile(info, there), err
}

// mapped returns the mapping of the companion f, the one that this Store has already if it is of the same file. It is
// nil for a blank one.
func (s *Store) mapped(f *os.File, info fs.FileInfo, writable bool) (c *companion, err error) {
	c = s.bell.Load()
	switch {
	case info.Size() < companionSize: // blank, and if it was not when it was mapped, deadly to read
		s.bell.Store(nil)
		return nil, nil
	case c != nil && os.SameFile(c.info, info) && (c.writable || !writable):
		return c, nil
	}
	if c, err = mapCompanion(f, writable, info); err == nil && c != nil {
		s.bell.Store(c)
	}
	return c, err
}

func (h *held) sign() {
	if h.c != nil && h.c.writable {
		h.c.sign(os.Getpid(), h.s.host())
	}
}

func (h *held) unlock() {
	if h.c != nil && h.c.writable {
		h.c.whole(func() { h.c.store(atHolder, 0) })
	}
	if h.f != nil {
		unlock(h.f)
		h.f.Close()
	}
	h.f, h.c = nil, nil
}

// release ends the turn.
func (h *held) release() {
	h.unlock()
	h.end()
	<-h.s.turn
}

// busy is the error of who gave up, or was told to.
func (s *Store) busy(ctx context.Context) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	by := "another process"
	if c := s.bell.Load(); c != nil {
		by = c.holder()
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w, held by %s: %w", kv.ErrBusy, by, context.Cause(ctx))
	}
	return fmt.Errorf("%w, held by %s", kv.ErrBusy, by)
}

// remap maps a companion that was not opened to be locked, or has just been filled.
func (s *Store) remap(f *os.File, writable bool) (*companion, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return s.mapped(f, info, writable)
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "this host"
	}
	return name
}
