package userdb

import (
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"time"

	"jotkit/userdb/kv"
)

// ErrSessionOver comes back for a session whose time is up, and for one that there is no record of: those whose time is up
// are deleted sooner or later.
var ErrSessionOver = errors.New("session over")

// ErrNoSession comes back when nothing is known of a session: no record, and no denial.
var ErrNoSession = errors.New("no such session")

// Grace is how long after a rotation the parent of the current refresh token still gets that one: a reply may be lost, and
// two tabs may refresh at once.
const Grace = 10 * time.Second

// A Session is one login and all that was refreshed from it. Nothing in it can be used as a token. Whether it was revoked,
// or its user was, the deny list says: under the id for [KindSession], and by a cut of the user at or after Created.
type Session struct {
	ID       string        `json:"id"` // also the sid of its access tokens
	User     string        `json:"user"`
	Counter  uint64        `json:"counter"` // of the one refresh token that is good now, from 1
	Created  time.Time     `json:"created"` // in whole seconds, as cuts are
	Used     time.Time     `json:"used"`    // when it was last rotated, to the millisecond
	Until    time.Time     `json:"until"`   // unless it is refreshed before
	End      time.Time     `json:"end"`     // in any case
	Audience []string      `json:"aud"`     // as asked for at the login; empty is the store's
	Scopes   []string      `json:"scopes"`  // as asked for; empty is all that the roles give
	TTL      time.Duration `json:"ttl"`     // of access tokens, as asked for; zero is the store's
}

const sessionPrefix = "session/"

// NewSession begins a session of a user. It lives for ttl at most, and for idle after each use.
func NewSession(user string, now time.Time, ttl, idle time.Duration) Session {
	created := now.UTC().Truncate(time.Second)
	s := Session{ID: rand.Text(), User: user, Created: created, End: created.Add(ttl)}
	s.Rotate(now, idle)
	return s
}

// Rotate makes the next refresh token the good one.
func (s *Session) Rotate(now time.Time, idle time.Duration) {
	s.Counter++
	s.Used = now.UTC().Truncate(time.Millisecond)
	s.Until = s.Used.Add(idle)
	if s.Until.After(s.End) {
		s.Until = s.End
	}
}

// Expired tells whether the time of the session is up.
func (s Session) Expired(now time.Time) bool { return !now.Before(s.Until) }

// A Use says what presenting a refresh token comes to.
type Use string

const (
	Current Use = "current" // it is the good one
	Again   Use = "again"   // the parent of the good one, within Grace of the rotation
	Reused  Use = "reused"  // used up before: it is in two hands, and one of them is a thief's
)

// Use tells what a genuine refresh token with this counter is now. A counter that the store never came to is
// kv.ErrRolledBack: the record is older than the token.
func (s Session) Use(counter uint64, now time.Time) (Use, error) {
	switch {
	case counter > s.Counter:
		return "", fmt.Errorf("%w: the session %s is newer than its record", kv.ErrRolledBack, s.ID)
	case counter == s.Counter:
		return Current, nil
	case counter == s.Counter-1 && now.Sub(s.Used).Abs() <= Grace: // a clock set back does not make the grace longer
		return Again, nil
	}
	return Reused, nil
}

// GetSession returns the session of this id, or ErrSessionOver.
func GetSession(r kv.Reader, id string) (*Session, error) {
	var s Session
	err := getRecord(r, sessionPrefix+id, &s)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, fmt.Errorf("%w: there is no record of %q", ErrSessionOver, id)
	}
	if err != nil {
		return nil, err
	}
	if err := expect(sessionPrefix+id, sessionPrefix, s.ID); err != nil {
		return nil, err
	}
	return &s, nil
}

// PutSession writes a session. One that is new makes up for it: expired ones that lie before it are deleted, at most 8 looked at.
func PutSession(tx kv.Tx, s Session, now time.Time) error {
	name := sessionPrefix + s.ID
	if err := putRecord(tx, name, s); err != nil || s.Counter > 1 {
		return err
	}
	return sweepBefore(tx, sessionPrefix, name, func(name string, value []byte) (bool, error) {
		var old Session
		err := parseRecord(name, value, &old)
		return old.Expired(now), err
	})
}

// RemoveSession deletes a session. Its access tokens are not ended by it: deny the id.
func RemoveSession(tx kv.Tx, id string) error { return tx.Delete(sessionPrefix + id) }

// Sessions yields the sessions whose ids are greater than after, by id. Expired and revoked ones are among them for as
// long as they have not been swept. It ends at the first error.
func Sessions(v kv.View, after string) iter.Seq2[*Session, error] {
	return list(v, sessionPrefix, after, func(s *Session) string { return s.ID })
}
