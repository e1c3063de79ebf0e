package bolt

import "context"

// Lost tells how many commits that were seen in this place the copy in the file at from has not, and whether anything is
// known of this place at all. The error is kv.ErrRolledBack where [Store.Restore] would refuse the copy. Nothing is
// written, and more may be committed meanwhile.
func (s *Store) Lost(ctx context.Context, from string) (lost uint64, known bool, err error) {
	copied, err := New(from, Options{Wait: s.wait}).numbers(ctx)
	if err != nil {
		return 0, false, err
	}
	seen, known := s.seen(ctx)
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
func (s *Store) seen(ctx context.Context) (n numbers, known bool) {
	path, err := s.real()
	if err != nil {
		return n, false
	}
	return seenBy(s.companionAt(path), func(fn func(*reader) error) error { return s.read(ctx, fn) })
}

// companionAt is the companion of the store at path, or nil where there is none or it is blank.
func (s *Store) companionAt(path string) *companion {
	f, writable, err := openCompanion(path, false)
	if err != nil {
		return nil
	}
	defer f.Close()
	c, err := s.remap(f, writable)
	if err != nil {
		return nil
	}
	return c
}
