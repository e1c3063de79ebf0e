package bolt

import (
	"context"
	"errors"
	"fmt"
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
	f, err := openFile(h.ctx, h.path, h.s.wait, false, 0)
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
	if h.c != nil && h.c.writable {
		h.c.announce(r.numbers) // what a killed writer committed and did not live to announce
	}
	defer func() { r.pages = nil }()
	return fn(r)
}

// Changes returns the watched names that the commits after since touched; the last 1,000 watched commits are known.
func (s *Store) Changes(ctx context.Context, since kv.Rev) (names []string, now kv.Rev, err error) {
	err = s.read(ctx, func(r *reader) error {
		now = kv.Rev(r.numbers.watch)
		return sound(func() (err error) {
			names, err = r.changes(uint64(since))
			return err
		})
	})
	return names, now, err
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
	f, writable, err := openCompanion(path, false)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(path); err != nil {
			return 0, explain(path, err)
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	c, err := s.remap(f, writable)
	if err != nil || c == nil {
		return 0, err
	}
	return c.rev()
}

// changes reads the log.
func (r *reader) changes(since uint64) ([]string, error) {
	now := r.numbers.watch
	if since > now || now-since > kv.KeptChanges {
		return nil, fmt.Errorf("%w: asked since %d, at %d", kv.ErrCompacted, since, now)
	}
	log, err := r.pages.bucket(logBucket)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for watch := since + 1; watch <= now; watch++ {
		touched, err := log.log(watch)
		if err != nil {
			return nil, err
		}
		for _, name := range touched {
			seen[name] = true
		}
	}
	return sortedKeys(seen), nil
}
