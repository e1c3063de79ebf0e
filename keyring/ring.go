package keyring

import (
	"context"
	"fmt"
	"slices"
	"time"

	"jotkit/token"
)

var _ token.KeySource = (*Ring)(nil)

// Leeway is the largest one that verifiers grant a token past its exp. A key outlives its last token by as much.
const Leeway = token.MaxLeeway

// A Ring is the signing keys of one issuer over time. There is always exactly one active key, which signs, and one next
// key, which is published and will sign after the next rotation; so verifiers that keep a copy of the public set know
// every key before its first token. New and Unmarshal make rings; the zero Ring is none.
//
// Methods that only read may run side by side; those that change the ring may not. A change that fails changes nothing.
// Times are cut to whole seconds, in UTC.
type Ring struct {
	// Generate makes the new keys; nil means the function Generate. It may hand out keys made beforehand, for making an RSA
	// key takes too long to be done while others wait for the store.
	Generate func(alg string) (*token.Key, error)

	entries []*entry // in the order of their versions
	made    int      // the version of the newest key ever made
	maxLife time.Duration
}

// New makes a ring with a fresh active and a fresh next key for the algorithm named. No token signed with it may live
// longer than maxLife. Errors are those of token.GenerateKey, and ErrClock for a clock that was never set.
func New(alg string, maxLife time.Duration, now time.Time) (*Ring, error) {
	if now.Unix() <= 0 {
		return nil, fmt.Errorf("%w: it shows %s", ErrClock, now.UTC().Format(time.RFC3339))
	}
	r := &Ring{}
	r.SetMaxLife(maxLife)
	for range 2 {
		k, err := r.generate(alg)
		if err != nil {
			return nil, err
		}
		r.add(k, Next, now)
	}
	r.activate(r.entries[0], now)
	return r, nil
}

// SetMaxLife says that from now on tokens of up to d may be signed, in whole seconds rounded up. The bound recorded for
// the active key is raised if need be, never lowered: it may have signed a longer one already.
func (r *Ring) SetMaxLife(d time.Duration) {
	r.maxLife = max(0, (d + time.Second - 1).Truncate(time.Second))
	if a := r.in(Active); a != nil {
		a.maxLife = max(a.maxLife, r.maxLife)
	}
}

// Active is the key that signs, with its private half. It is read from its stored form at the first call; ErrRing comes
// back when that form is damaged.
func (r *Ring) Active() (*token.Key, error) {
	return r.in(Active).whole()
}

// Key is the key with exactly this kid, without its private half: the active and the next one, those that only verify,
// and revoked ones, so that a token of theirs can be told to be revoked. It is never one for the kid "", for a ring has
// several keys. The error wraps token.ErrUnknownKey.
func (r *Ring) Key(_ context.Context, kid string) (*token.Key, error) {
	if e := r.entry(kid); e != nil {
		return e.key, nil
	}
	return nil, fmt.Errorf("%w: %s", token.ErrUnknownKey, shown(kid))
}

// Unrevoked is the ring as who looks at signatures alone has to see it: a key that was revoked is unknown there, for nobody
// asks any further whether its tokens are.
func (r *Ring) Unrevoked() token.KeySource { return unrevoked{r} }

type unrevoked struct{ ring *Ring }

// Key is [Ring.Key], but for the keys that were revoked.
func (u unrevoked) Key(_ context.Context, kid string) (*token.Key, error) {
	e := u.ring.entry(kid)
	if e == nil || e.State == Revoked {
		return nil, fmt.Errorf("%w: %s", token.ErrUnknownKey, shown(kid))
	}
	return e.key, nil
}

// Whole is the key with exactly this kid, with its private half where the ring still has it. ErrNoKey comes back for an
// unknown one, ErrRing for a damaged private half.
func (r *Ring) Whole(kid string) (*token.Key, error) {
	e := r.entry(kid)
	if e == nil {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, shown(kid))
	}
	return e.whole()
}

// Revoked tells whether the key with this kid is in the ring and was revoked.
func (r *Ring) Revoked(kid string) bool {
	e := r.entry(kid)
	return e != nil && e.State == Revoked
}

// PublicSet is what verifiers may know at this time: the active key first, then the next one, then those that only
// verify, the newest first. Revoked, expired and symmetric keys are not in it. It may be empty.
func (r *Ring) PublicSet(now time.Time) []*token.Key {
	var keys []*token.Key
	for _, e := range r.alive(now) {
		if !e.key.Symmetric() {
			keys = append(keys, e.key)
		}
	}
	return keys
}

// alive is every key of which a token can be good at this time, in the order of PublicSet.
func (r *Ring) alive(now time.Time) []*entry {
	out := []*entry{r.in(Active), r.in(Next)}
	for _, e := range slices.Backward(r.entries) {
		if e.State == VerifyOnly && !e.expired(now) {
			out = append(out, e)
		}
	}
	return out
}

func (r *Ring) entry(kid string) *entry {
	for _, e := range r.entries {
		if e.KID == kid {
			return e
		}
	}
	return nil
}

// in is the one entry in the state Active or Next.
func (r *Ring) in(s State) *entry {
	for _, e := range r.entries {
		if e.State == s {
			return e
		}
	}
	return nil
}
