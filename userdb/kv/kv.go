// Package kv is the narrow waist between what jotkit remembers and where it is kept.
//
// Names are flat strings such as "user/ada"; values are bytes whose meaning belongs to the caller. A [Store] answers
// with one consistent state: what a View reads is one committed moment, and an Update happens whole or not at all.
//
// What every store promises is written down as a test suite in package kvtest.
package kv

import (
	"context"
	"errors"
	"iter"
)

// A Rev numbers the changes that a verifier must hear of: see [Watched]. It only grows.
type Rev uint64

// A Reader reads one committed state of a store.
type Reader interface {
	// Get returns a copy of the value of name, or ErrNotFound.
	Get(name string) ([]byte, error)
	// Floor returns the greatest name ≤ this one, in byte order, with a copy of its value, or ErrNotFound.
	Floor(name string) (string, []byte, error)
}

// A View is what a read-only transaction sees.
type View interface {
	Reader
	// Scan yields the names that begin with prefix and are greater than after, in byte order, with copies of their
	// values. It stops at the first error, which it yields with an empty name. Long lists are read in pages: leave the
	// loop, and come back in a new transaction with the last name as after.
	Scan(prefix, after string) iter.Seq2[Entry, error]
	// Changes returns the watched names that were written or deleted after since, each once, and the revision of this
	// state: who reads those names in the same View has what that revision has. Where the record of them does not reach
	// back to since, or since is ahead of the store, the error is ErrCompacted: read everything, then go on from the
	// revision returned with it.
	Changes(since Rev) (names []string, now Rev, err error)
}

// An Entry is a name and its value.
type Entry struct {
	Name  string
	Value []byte
}

// A Tx is what a read-write transaction sees and does: point reads, which see its own writes, and point writes.
type Tx interface {
	Reader
	// Put gives name this value. The store keeps no reference to value.
	Put(name string, value []byte) error
	// Delete removes name. Removing what is not there is no error.
	Delete(name string) error
}

// A Store keeps names and values. All methods may be called from many goroutines and processes at once.
type Store interface {
	// View runs fn over one committed state. The View is dead when fn returns. fn must not print, ask, hash or wait:
	// others may be kept waiting as long as it runs.
	View(ctx context.Context, fn func(View) error) error
	// Update runs fn and commits what it wrote, durably, before it returns; an error from fn changes nothing and is
	// returned as it is. fn may run more than once, so it keeps its results in variables that it sets anew each time, and
	// at the same time as those of other Updates: it must not wait for one. The revision returned is the store's after the
	// commit.
	Update(ctx context.Context, fn func(Tx) error) (Rev, error)
	// Rev returns the revision of the last commit that has been announced, without opening the store: cheap enough to
	// ask for on every request. It is 0 where nothing announces, as on a read-only medium.
	Rev() (Rev, error)
}

// Watched tells whether a change of name moves the revision: what verifiers keep in memory does, the rest does not.
func Watched(name string) bool {
	return name == "ring" || name == "settings" || len(name) > 5 && name[:5] == "deny/"
}

var (
	// ErrNotFound comes back when a name is not in the store.
	ErrNotFound = errors.New("not found")
	// ErrCompacted comes back from Changes when the record of changes does not reach back far enough.
	ErrCompacted = errors.New("change log does not reach back that far")

	// ErrUnavailable is part of every error that means the store as a whole cannot be used now.
	ErrUnavailable = errors.New("store unavailable")

	// ErrNoStore comes back when there is no store at the place named.
	ErrNoStore = unavailable("no store")
	// ErrExists comes back when a store is to be made where one is already.
	ErrExists = errors.New("store exists already")
	// ErrBusy comes back when another process held the store past the deadline.
	ErrBusy = unavailable("store busy")
	// ErrDamaged comes back when bytes of the store are not what was written.
	ErrDamaged = unavailable("store damaged")
	// ErrRolledBack comes back when the store is older than what this machine has seen of it.
	ErrRolledBack = unavailable("store rolled back")
	// ErrSchema comes back when a newer jotkit made the store.
	ErrSchema = unavailable("store of a newer schema")
	// ErrUnfinished comes back for a copy of a store that was begun and has not come to its end: see [CopyName].
	ErrUnfinished = unavailable("store is a copy that was begun and is not whole")
	// ErrSealKey comes back when the seal key is missing or is not the one of this store.
	ErrSealKey = unavailable("seal key does not open the store")
	// ErrUnreachable comes back when a store on other machines does not answer, or has lost its majority.
	ErrUnreachable = unavailable("store cannot be reached")
	// ErrStale comes back when what is known of a store on other machines is too old to judge by.
	ErrStale = unavailable("store out of touch")
	// ErrUnsupported comes back for a file system whose locks cannot be trusted.
	ErrUnsupported = unavailable("file system not supported")
)

// unavailable makes a sentinel that is ErrUnavailable too, without saying so twice in its text.
func unavailable(text string) error { return &unavailableError{text} }

type unavailableError struct{ text string }

func (e *unavailableError) Error() string        { return e.text }
func (e *unavailableError) Is(target error) bool { return target == ErrUnavailable }
