package userdb

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"jotkit/userdb/kv"
)

var (
	// ErrNoRevocation comes back when no revocation, or more than one, goes by that ID.
	ErrNoRevocation = errors.New("no such revocation")
	// ErrReason comes back when a reason is longer than 256 bytes.
	ErrReason = errors.New("reason too long")
)

// A Revocation tells people who denied what, when and why. No verdict hangs on it: that is the deny list.
type Revocation struct {
	Kind   Kind      `json:"kind"`
	Name   string    `json:"id"`    // of the token, session, user or key
	Until  time.Time `json:"until"` // like the entry in the deny list
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Prior  time.Time `json:"prior,omitzero"` // of a user or session: the cut beside it, which undoing leaves behind
	Digest Digest    `json:"-"`              // its own name in the store; set by what reads or writes one
}

const (
	revocationPrefix = "revocation/"
	shortID          = 12 // hex digits: by 48 bits a store's revocations are told apart
	longestReason    = 256
)

// ID returns what to undo the revocation by: the first 12 hex digits of its digest.
func (r Revocation) ID() string { return r.Digest.String()[:shortID] }

// Expired tells whether what was revoked could not be alive any more in any case.
func (r Revocation) Expired(now time.Time) bool { return over(secondsUp(r.Until), now) }

// PutRevocation writes a revocation over one of the same id, if there is one, and returns it as written. It deletes
// expired ones that lie before it, at most 8 looked at a write: digests are random, so every one's turn comes.
func PutRevocation(tx kv.Tx, secrets kv.Secrets, r Revocation, now time.Time) (Revocation, error) {
	digest, err := DenyDigest(secrets, r.Kind, r.Name)
	if err != nil {
		return Revocation{}, err
	}
	if len(r.Reason) > longestReason {
		return Revocation{}, fmt.Errorf("%w: %d bytes, at most %d", ErrReason, len(r.Reason), longestReason)
	}
	r.Digest, r.Until, r.At = digest, atSecond(secondsUp(r.Until)), r.At.UTC().Truncate(time.Second)
	if err := putRecord(tx, revocationPrefix+digest.String(), r); err != nil {
		return Revocation{}, err
	}
	return r, sweepBefore(tx, revocationPrefix, revocationPrefix+digest.String(), func(name string, value []byte) (bool, error) {
		old, err := parseRevocation(name, value)
		return err == nil && old.Expired(now), err
	})
}

// GetRevocation returns the revocation of an id, or ErrNoRevocation.
func GetRevocation(r kv.Reader, secrets kv.Secrets, kind Kind, name string) (*Revocation, error) {
	digest, err := DenyDigest(secrets, kind, name)
	if err != nil {
		return nil, err
	}
	value, err := r.Get(revocationPrefix + digest.String())
	if errors.Is(err, kv.ErrNotFound) {
		return nil, fmt.Errorf("%w: of the %s %q", ErrNoRevocation, kind, name)
	}
	if err != nil {
		return nil, err
	}
	return parseRevocation(revocationPrefix+digest.String(), value)
}

// RemoveRevocation deletes a revocation. The deny list is left as it is: see [Allow].
func RemoveRevocation(tx kv.Tx, d Digest) error {
	return tx.Delete(revocationPrefix + d.String())
}

// Revocations yields the revocations whose digests are greater than after, by digest; nil begins at the first. Expired
// ones are among them for as long as they have not been swept. It ends at the first error.
func Revocations(v kv.View, after *Digest) iter.Seq2[*Revocation, error] {
	from := ""
	if after != nil {
		from = revocationPrefix + after.String()
	}
	return func(yield func(*Revocation, error) bool) {
		for e, err := range v.Scan(revocationPrefix, from) {
			var r *Revocation
			if err == nil {
				r, err = parseRevocation(e.Name, e.Value)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func parseRevocation(name string, value []byte) (*Revocation, error) {
	d, ok := parseDigest(strings.TrimPrefix(name, revocationPrefix))
	if !ok {
		return nil, damaged(name, "its name is no digest")
	}
	r := Revocation{Digest: d}
	if err := parseRecord(name, value, &r); err != nil {
		return nil, err
	}
	return &r, nil
}
