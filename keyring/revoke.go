package keyring

import (
	"fmt"
	"time"

	"jotkit/token"
)

// Revoke is the emergency: every token of the key with exactly this kid is bad from now on. The key loses its private half
// and leaves the public set, but stays in the ring until its last token would have expired, so that they can be told to
// be revoked. If it was the active key, the next one signs at once; whenever the next place falls empty, a new key fills
// it. A clock behind the newest key does not stop it: the newest time on record counts for the key that goes then, and the
// clock for the one that comes. Revoking a key again changes nothing. ErrNoKey comes back for an unknown kid.
func (r *Ring) Revoke(kid string, now time.Time) error {
	e := r.entry(kid)
	switch {
	case e == nil:
		return fmt.Errorf("%w: %s", ErrNoKey, shown(kid))
	case e.State == Revoked:
		return nil
	}
	clock := seconds(now)
	now = later(clock, r.newest())
	if e.State == VerifyOnly {
		mark(e, r.maxLife, now)
		return nil
	}
	next := r.in(Next)
	fresh, err := r.generate(next.Algorithm)
	if err != nil {
		return err
	}
	if e.State == Active {
		r.activate(next, later(clock, next.Created))
	}
	mark(e, r.maxLife, now)
	r.add(fresh, Next, clock)
	return nil
}

// mark puts down that e is revoked. A thief may have signed with a key that never did, or that verified without an end,
// so for them the bound counts from now.
func mark(e *entry, maxLife time.Duration, now time.Time) {
	e.maxLife = max(e.maxLife, maxLife)
	switch {
	case e.State == Active:
		e.retire(now)
	case e.LastExp.IsZero():
		e.LastExp = now.Add(e.maxLife + Leeway)
	}
	e.State, e.Revoked = Revoked, now
	e.forget()
}

// Import takes in a key from elsewhere under its own kid, or under its thumbprint. A private or symmetric key becomes the
// next one, in the place of the one that was waiting; a public key only verifies, without an end. ErrExists comes back
// for a kid that is in the ring, ErrClock as for Rotate.
func (r *Ring) Import(k *token.Key, now time.Time) error {
	if err := r.CheckClock(now); err != nil {
		return err
	}
	if k.ID() == "" {
		k = k.WithID(Thumbprint(k))
	}
	k, err := r.fit(k)
	if err != nil {
		return err
	}
	if !k.CanSign() {
		r.add(k, VerifyOnly, now)
		return nil
	}
	r.drop(r.in(Next))
	r.add(k, Next, now)
	return nil
}
