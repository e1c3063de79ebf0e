package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A waiter is a goroutine that waits for the lock of a companion. Nothing wakes it, so when its transaction gives up it
// is left behind, and gives the lock back should it get it. The next transaction takes it over: there is at most one.
type waiter struct {
	f        *os.File
	writable bool
	won      chan error // what locking said, for the transaction
	left     bool       // nobody waits for it; guarded by Store.mu
}

// lockCompanion returns the companion, locked. For a reader it is nil where there is none.
func (s *Store) lockCompanion(p *patience, path string, write bool) (*os.File, bool, error) {
	w := s.takeOver()
	if w == nil {
		f, writable, err := companionFor(path, write)
		if err != nil || f == nil {
			return nil, false, err
		}
		if got, err := tryLock(f); got || err != nil {
			if err != nil {
				f.Close()
				return nil, false, fmt.Errorf("%q: %w", f.Name(), err)
			}
			return f, writable, nil
		}
		w = s.await(f, writable)
	}
	s.know(w)
	waiting := p.waiting()
	select {
	case err := <-w.won:
		return s.claim(w, err)
	case <-waiting.Done():
		s.leave(w)
		return nil, false, context.Cause(waiting)
	}
}

// companionFor opens the companion, and makes it for a write to a store that has none.
func companionFor(path string, write bool) (*os.File, bool, error) {
	f, writable, err := openCompanion(path, write)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return f, writable, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, false, explain(path, err)
	}
	if !write {
		return nil, false, nil
	}
	f, err = os.OpenFile(companionPath(path), os.O_RDWR|os.O_CREATE|plain, 0o600)
	return f, err == nil, err
}

// takeOver returns the waiter that an earlier transaction left behind.
func (s *Store) takeOver() *waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil {
		s.waiting.left = false
	}
	return s.waiting
}

// await starts a waiter.
func (s *Store) await(f *os.File, writable bool) *waiter {
	w := &waiter{f: f, writable: writable, won: make(chan error, 1)}
	s.mu.Lock()
	s.waiting = w
	s.mu.Unlock()
	go func() {
		err := lock(f)
		s.mu.Lock()
		defer s.mu.Unlock()
		if w.won <- err; w.left {
			s.drop(w)
		}
	}()
	return w
}

// leave gives up on a waiter, which may have won in the same moment.
func (s *Store) leave(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.left = true; len(w.won) > 0 {
		s.drop(w)
	}
}

// drop gives back what nobody waits for. Store.mu is held.
func (s *Store) drop(w *waiter) {
	unlock(w.f)
	w.f.Close()
	s.waiting = nil
}

// claim takes the lock from a waiter that has won.
func (s *Store) claim(w *waiter, err error) (*os.File, bool, error) {
	s.mu.Lock()
	s.waiting = nil
	s.mu.Unlock()
	if err != nil {
		w.f.Close()
		return nil, false, fmt.Errorf("%q: %w", w.f.Name(), err)
	}
	return w.f, w.writable, nil
}

// know maps the companion that is waited for, so that who gives up can say who has it.
func (s *Store) know(w *waiter) {
	_, _ = s.remap(w.f, w.writable) // without it, "another process" has it
}
