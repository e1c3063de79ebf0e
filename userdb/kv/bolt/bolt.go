// Package bolt keeps a kv.Store in one bbolt file, used by many processes at once.
//
// bbolt locks its file for as long as it is open, so nobody keeps it open: each transaction is lock, open, commit,
// close. The lock is that of a companion file beside the store, and it is exclusive, for readers too: so nobody
// starves. A transaction that cannot have it within [Options.Wait] is kv.ErrBusy, and says who has it.
//
// What it promises: an Update that has returned is on the disk, and is announced to every process (see [Store.Rev]). A
// store that is older than the companion has seen is refused (kv.ErrRolledBack), and so are bytes that cannot be what
// was written (kv.ErrDamaged): damage is never a crash, and nothing is written over it. Values are not looked into;
// wrap the store in package sealed, and a changed value is an error too.
//
// It refuses file systems of other machines, whose locks and mappings cannot be relied on (kv.ErrUnsupported).
package bolt

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"jotkit/userdb/kv"
)

// defaultWait is how long a transaction waits for the store.
const defaultWait = 10 * time.Second

// Options of a [Store].
type Options struct {
	Wait time.Duration // how long a transaction waits for others; 0 is 10 s
}

// A Store is a bbolt file and its companion. It keeps no file open between transactions.
type Store struct {
	path string
	wait time.Duration
	host func() string // the name of this one, asked for once

	turn     chan struct{} // holds one token while a transaction of this Store runs
	bell     atomic.Pointer[companion]
	resolved atomic.Pointer[string] // path without symbolic links, from the first time that there is a store

	mu      sync.Mutex
	waiting *waiter
}

var _ kv.Store = (*Store)(nil)

// New returns the store in the file at path. It does no I/O: what is wrong with the file, the first transaction says.
func New(path string, o Options) *Store {
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	return &Store{path: path, wait: o.Wait, host: sync.OnceValue(hostname), turn: make(chan struct{}, 1)}
}

// Path returns the path that the store was named by.
func (s *Store) Path() string { return s.path }

// View runs fn over one committed state. It opens the file read-only and never changes it. Where there is no companion,
// as on a read-only medium or after a restore, bbolt's shared lock is all there is, and a roll-back is not noticed.
func (s *Store) View(ctx context.Context, fn func(kv.View) error) error {
	return s.read(ctx, func(r *reader) error { return fn(r) })
}

// real returns the path without symbolic links, so that there is one companion however the store is named. Where there
// is no store yet it is the path as it is.
func (s *Store) real() (string, error) {
	if path := s.resolved.Load(); path != nil {
		return *path, nil
	}
	path, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		if !os.IsNotExist(err) {
			return "", err
		}
		return s.path, nil
	}
	if err := trusted(filepath.Dir(path)); err != nil {
		return "", err
	}
	s.resolved.Store(&path)
	return path, nil
}

// Guarded tells whether there is a companion, by which an older copy in the place of the store would be noticed. It is
// missing after a copy or a restore until the next Update.
func (s *Store) Guarded() bool {
	path, err := s.real()
	if err == nil {
		_, err = os.Lstat(companionPath(path))
	}
	return err == nil
}
