package keyring

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"jotkit/token"
)

// Rotate makes the next key the active one, at once and for every token from now on, and makes a new next key for the
// same algorithm. The key that signed until now only verifies from here on, and its private half is gone. ErrClock comes
// back when now is before the newest key was made: what the clock says of its life could not be trusted.
func (r *Ring) Rotate(now time.Time) error {
	if err := r.CheckClock(now); err != nil {
		return err
	}
	next := r.in(Next)
	fresh, err := r.generate(next.Algorithm)
	if err != nil {
		return err
	}
	r.in(Active).retire(now)
	r.activate(next, now)
	r.add(fresh, Next, now)
	return nil
}

// ReplaceNext puts a new key for the algorithm named in the place of the waiting next one, which nobody has signed with.
// The algorithm of the ring changes so without a gap: at the next rotation. A Rotate right after it changes it at once,
// and verifiers that keep a copy of the public set must fetch it again.
func (r *Ring) ReplaceNext(alg string, now time.Time) error {
	if err := r.CheckClock(now); err != nil {
		return err
	}
	fresh, err := r.generate(alg)
	if err != nil {
		return err
	}
	r.drop(r.in(Next))
	r.add(fresh, Next, now)
	return nil
}

// Age is for how long the active key has been signing.
func (r *Ring) Age(now time.Time) time.Duration { return now.Sub(r.in(Active).Activated) }

// Prune drops the keys of which no token can be good any more, and returns what they were.
func (r *Ring) Prune(now time.Time) []Entry {
	var gone []Entry
	r.entries = slices.DeleteFunc(r.entries, func(e *entry) bool {
		if e.expired(now) {
			gone = append(gone, e.Entry)
		}
		return e.expired(now)
	})
	return gone
}

// CheckClock is ErrClock for a time before the newest key came into the ring. Keys that were revoked do not count: so a
// ring gets rid of keys that were made by a clock far ahead.
func (r *Ring) CheckClock(now time.Time) error {
	newest := r.newest()
	if now = seconds(now); now.Before(newest) {
		return fmt.Errorf("%w: it shows %s, and the key was made at %s",
			ErrClock, now.Format(time.RFC3339), newest.Format(time.RFC3339))
	}
	return nil
}

// newest is when the newest key came into the ring that was not revoked.
func (r *Ring) newest() time.Time {
	var t time.Time
	for _, e := range r.entries {
		if e.State != Revoked {
			t = later(t, e.Created)
		}
	}
	return t
}

// Generate is token.GenerateKey, but never makes a key whose thumbprint begins with "-": typed on a command line, it
// would be taken for a flag. One in 64 does.
func Generate(alg string) (*token.Key, error) {
	for {
		k, err := token.GenerateKey(alg)
		if err != nil || !strings.HasPrefix(Thumbprint(k), "-") {
			return k, err
		}
	}
}

// generate makes a key under its thumbprint that the ring does not hold yet.
func (r *Ring) generate(alg string) (*token.Key, error) {
	generate := r.Generate
	if generate == nil {
		generate = Generate
	}
	k, err := generate(alg)
	if err != nil {
		return nil, err
	}
	if k.Algorithm() != alg || !k.CanSign() {
		return nil, fmt.Errorf("%w: a new key for %s is wanted, and %v was made", token.ErrKeyMismatch, alg, k)
	}
	return r.fit(k.WithID(Thumbprint(k)))
}

// fit refuses a key that the ring holds already, or could not write down.
func (r *Ring) fit(k *token.Key) (*token.Key, error) {
	if r.entry(k.ID()) != nil {
		return nil, fmt.Errorf("%w: %s", ErrExists, shown(k.ID()))
	}
	return k, checkWritable(k)
}

func (r *Ring) add(k *token.Key, s State, now time.Time) {
	r.made++
	r.entries = append(r.entries, newEntry(k, Entry{Version: r.made, State: s, Created: seconds(now)}))
}

func (r *Ring) activate(e *entry, now time.Time) {
	e.State, e.Activated, e.maxLife = Active, seconds(now), r.maxLife
}

// retire ends the signing life of an entry.
func (e *entry) retire(now time.Time) {
	e.State, e.Retired = VerifyOnly, seconds(now)
	e.LastExp = e.Retired.Add(e.maxLife + Leeway)
	e.forget()
}

func (r *Ring) drop(e *entry) {
	r.entries = slices.DeleteFunc(r.entries, func(other *entry) bool { return other == e })
}
