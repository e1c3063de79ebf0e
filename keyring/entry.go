package keyring

import (
	"fmt"
	"sync"
	"time"

	"jotkit/token"
)

// State is where a key stands in its life.
type State string

const (
	Next       State = "next"        // published, and not signing yet
	Active     State = "active"      // the one that signs
	VerifyOnly State = "verify-only" // its tokens are good, and there will be no new ones
	Revoked    State = "revoked"     // its tokens are not good any more
)

// Entry is what a ring says of one key. Times are UTC in whole seconds, and zero for what has not happened.
type Entry struct {
	KID       string
	Version   int // grows by one with each key that the ring ever took in
	Algorithm string
	State     State
	Created   time.Time // when it came into the ring
	Activated time.Time // when it began to sign
	Retired   time.Time // when it stopped signing
	Revoked   time.Time
	LastExp   time.Time // no token of it is good after this; zero while it may still sign, and for keys imported to verify
}

// entry is an Entry with its key.
type entry struct {
	Entry
	maxLife time.Duration // the highest while it was active
	key     *token.Key    // the public half, or a symmetric key whole
	private []member      // the private half as it is stored, or none
	whole   func() (*token.Key, error)
}

func newEntry(k *token.Key, about Entry) *entry {
	about.KID, about.Algorithm = k.ID(), k.Algorithm()
	return &entry{
		Entry:   about,
		key:     k.Public(),
		private: privateMembersOf(k),
		whole:   func() (*token.Key, error) { return k, nil },
	}
}

// storedEntry is an entry whose private half stays text until it is asked for: most processes that read a ring only
// verify, and checking an RSA key takes a hundred times as long as reading the rest.
func storedEntry(j object, k *token.Key, about Entry) (*entry, error) {
	e := newEntry(k, about)
	for _, name := range privateMembers {
		value, err := j.text(name)
		switch {
		case err != nil:
			return nil, err
		case j.has(name):
			e.private = append(e.private, member{name, value})
		}
	}
	if e.private != nil {
		e.whole = sync.OnceValues(func() (*token.Key, error) {
			whole, err := withPrivate(j, k)
			if err != nil {
				return nil, fmt.Errorf("%w: key %s: %w", ErrRing, shown(k.ID()), err)
			}
			return whole, nil
		})
	}
	return e, nil
}

// forget drops the private half. A symmetric key has to stay whole, or it could not verify.
func (e *entry) forget() {
	e.private = nil
	e.whole = func() (*token.Key, error) { return e.key, nil }
}

func (e *entry) expired(now time.Time) bool { return !e.LastExp.IsZero() && now.After(e.LastExp) }

func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
