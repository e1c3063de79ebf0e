package userdb

import (
	"errors"
	"time"

	"jotkit/userdb/kv"
)

// A Kind tells what an id in the deny list is the id of.
type Kind string

const (
	KindToken   Kind = "token"   // by jti
	KindSession Kind = "session" // by session id
	KindUser    Kind = "user"    // by name
	KindKey     Kind = "key"     // by kid
)

// ErrDenyID comes back for a kind that the deny list does not know, and for an empty id.
var ErrDenyID = errors.New("nothing that can be denied")

// An Entry says what is denied of an id, in whole seconds.
//
// For tokens, sessions and keys Cut is when it was revoked. For users it is the cut: what was issued at or before it
// is dead, and so is a session that was opened then. The entry is kept until Until has passed, and after that until its part of the
// list is written again. A user is disabled when both are [Forever].
type Entry struct {
	Until time.Time // zero when given: Forever
	Cut   time.Time // zero when given: now
}

// Expired tells whether the entry has nothing to say any more.
func (e Entry) Expired(now time.Time) bool { return over(seconds(e.Until), now) }

// Cuts tells whether what was issued then is dead by the cut of its user.
func (e Entry) Cuts(issued time.Time) bool { return issued.Unix() <= e.Cut.Unix() || e.Disabled() }

// Disabled tells whether the entry is that of a disabled user.
func (e Entry) Disabled() bool { return e.Until.Equal(Forever) && e.Cut.Equal(Forever) }

// Deny puts an id on the deny list. An entry that is there and has not expired is only ever strengthened: the later
// Until stays; of a user the later Cut stays, of the other kinds the earlier one, for what was revoked at ten is not
// good until eleven because it was revoked again at eleven. What expires before now is not written.
func Deny(tx kv.Tx, secrets kv.Secrets, kind Kind, id string, e Entry, now time.Time) error {
	return put(tx, secrets, kind, id, e, now, func(old, with denied) denied {
		with.until = max(old.until, with.until)
		if kind == KindUser {
			with.cut = max(old.cut, with.cut)
		} else {
			with.cut = min(old.cut, with.cut)
		}
		return with
	})
}

// ReplaceDeny is Deny without regard to what is there, weaker or not: to enable a disabled user and keep a cut.
func ReplaceDeny(tx kv.Tx, secrets kv.Secrets, kind Kind, id string, e Entry, now time.Time) error {
	return put(tx, secrets, kind, id, e, now, func(_, with denied) denied { return with })
}

// Allow takes an id off the deny list. That it was not on it is no error.
func Allow(tx kv.Tx, secrets kv.Secrets, kind Kind, id string, now time.Time) error {
	digest, err := DenyDigest(secrets, kind, id)
	if err != nil {
		return err
	}
	return change(tx, digest, now, func(c *Chunk) bool { return c.remove(digest) })
}

// Denied returns the entry of an id as it is, expired or not, and whether there is one. A list that does not cover the
// id is kv.ErrDamaged: take no error for a no.
func Denied(r kv.Reader, secrets kv.Secrets, kind Kind, id string) (Entry, bool, error) {
	digest, err := DenyDigest(secrets, kind, id)
	if err != nil {
		return Entry{}, false, err
	}
	c, err := chunkAt(r, digest)
	if err != nil {
		return Entry{}, false, err
	}
	e, ok := c.Find(digest)
	return e, ok, nil
}

// DenyDigest returns what stands for an id in the deny list, for look-ups in a [Chunk] at hand, or ErrDenyID.
func DenyDigest(secrets kv.Secrets, kind Kind, id string) (Digest, error) {
	key, err := denyKeyOf(secrets)
	if err != nil {
		return Digest{}, err
	}
	return key.digest(kind, id)
}

// put writes what merge makes of the entry that is there and the new one.
func put(tx kv.Tx, secrets kv.Secrets, kind Kind, id string, e Entry, now time.Time,
	merge func(old, with denied) denied) error {
	digest, err := DenyDigest(secrets, kind, id)
	if err != nil {
		return err
	}
	if e.Until.IsZero() {
		e.Until = Forever
	}
	if e.Cut.IsZero() {
		e.Cut = now
	}
	with := denied{digest, secondsUp(e.Until), seconds(e.Cut)}
	return change(tx, digest, now, func(c *Chunk) bool {
		if old, ok := c.find(digest); ok && !over(old.until, now) {
			with = merge(old, with)
			with.digest = digest
		}
		return c.set(with)
	})
}
