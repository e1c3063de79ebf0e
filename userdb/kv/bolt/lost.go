package bolt

import (
	"context"
	"errors"
	"io/fs"
)

// Lost tells how many commits that were seen in this place the copy in the file at from has not, and whether anything is
// known of this place at all. The error is that of [Store.Restore]: kv.ErrRolledBack where it would refuse the copy, and
// ErrCompanion where nobody can tell. Nothing is written, and more may be committed meanwhile.
func (s *Store) Lost(ctx context.Context, from string) (lost uint64, known bool, err error) {
	copied, err := New(from, Options{Wait: s.wait}).numbers(ctx)
	if err != nil {
		return 0, false, err
	}
	seen, known, err := s.seen(ctx)
	if err != nil {
		return 0, false, err
	}
	lost, err = behind(copied, seen, known)
	return lost, known, err
}

func (s *Store) numbers(ctx context.Context) (n numbers, err error) {
	err = s.read(ctx, func(r *reader) error {
		n = r.numbers
		return nil
	})
	return n, err
}

// seen is held.seen for who does not have the lock: the numbers of a companion can be read at any time.
func (s *Store) seen(ctx context.Context) (n numbers, known bool, err error) {
	path, err := s.real()
	if err != nil {
		return n, false, nil
	}
	c, err := s.companionAt(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return n, false, err
	}
	n, known = seenBy(c, func(fn func(*reader) error) error { return s.read(ctx, fn) })
	return n, known, nil
}

// companionAt is the companion of the store at path, or nil for a blank one. fs.ErrNotExist comes back where there is none.
func (s *Store) companionAt(path string) (*companion, error) {
	f, writable, err := openCompanion(path, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return s.remap(f, writable)
}

// Seen is how many commits the companion of the store has seen, be the store there or not; 0 where nothing is known.
func (s *Store) Seen() uint64 {
	path, err := s.real()
	if err != nil {
		return 0
	}
	c, err := s.companionAt(path)
	if err != nil || c == nil {
		return 0
	}
	n, err := c.numbers()
	if err != nil {
		return 0
	}
	return n.gen
}
