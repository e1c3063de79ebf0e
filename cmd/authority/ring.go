package authority

import (
	"context"
	"fmt"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// ringName is the record of the key ring.
const ringName = "ring"

func readRing(r kv.Reader) (*keyring.Ring, error) {
	value, err := r.Get(ringName)
	if err != nil {
		return nil, missing(ringName, err)
	}
	ring, err := keyring.Unmarshal(value)
	if err != nil {
		return nil, fmt.Errorf("%w: record %q: %w", kv.ErrDamaged, ringName, err)
	}
	return ring, nil
}

// putRing writes the ring, without the keys whose time has passed.
func (c *change) putRing() error {
	c.ring.Prune(c.now)
	value, err := c.ring.Marshal()
	if err != nil {
		return err
	}
	return c.Put(ringName, value)
}

// Ring returns the keys of the store.
func (a *Authority) Ring(ctx context.Context) (*keyring.Ring, error) {
	s, err := a.state(ctx)
	return s.ring, err
}

// signing is the key that signs now, or the one that is selected. keyring.ErrClock comes back for a clock that is further
// behind the newest key than verifiers allow for: nobody would take what it dates.
func (s state) signing(selector string, now time.Time) (*token.Key, error) {
	if err := s.ring.CheckClock(now.Add(token.DefaultLeeway)); err != nil {
		return nil, err
	}
	return signer(s.ring, selector)
}

// spare makes a key for the algorithm, "" for that of the next key, and returns what hands it out first: making an RSA
// key takes too long to have others wait for the store meanwhile.
func (a *Authority) spare(ctx context.Context, alg string) (func(string) (*token.Key, error), error) {
	if alg == "" {
		s, err := a.state(ctx)
		if err != nil {
			return nil, err
		}
		alg = s.settings.Algorithm
	}
	ready, err := keyring.Generate(alg)
	if err != nil {
		return nil, err
	}
	return func(alg string) (*token.Key, error) {
		k := ready
		if ready = nil; k != nil && k.Algorithm() == alg {
			return k, nil
		}
		return keyring.Generate(alg)
	}, nil
}
