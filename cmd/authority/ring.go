package authority

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
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

// A RotateRequest says how to rotate.
type RotateRequest struct {
	Algorithm   string        // for the next key from now on; the one that waits is replaced. "" leaves it as it is
	Now         bool          // with Algorithm: let the new key sign at once, before verifiers can know it
	IfOlderThan time.Duration // do nothing where the active key is younger
	DryRun      bool
}

// Rotate lets the next key sign, and has a new one wait in its place. With an Algorithm and without Now it only replaces
// the key that waits. It returns the keys as they are then, or would be, and whether anything changed.
func (a *Authority) Rotate(ctx context.Context, r RotateRequest) (changed bool, keys []keyring.Entry, err error) {
	spare, err := a.spare(ctx, r.Algorithm)
	if err != nil {
		return false, nil, a.refused(ctx, "rotate", "", err)
	}
	rotate := func(c *change) error {
		changed = r.IfOlderThan <= 0 || c.ring.Age(c.now) >= r.IfOlderThan
		if !changed {
			keys = c.ring.Entries()
			return errNothing
		}
		c.ring.Generate = spare
		if err := c.rotate(r); err != nil {
			return err
		}
		keys = c.ring.Entries()
		for _, k := range keys {
			if k.State == keyring.Active || k.State == keyring.Next {
				c.note(string(k.State), k.KID)
			}
		}
		if r.DryRun {
			return errNothing
		}
		return c.putRing()
	}
	err = a.change(ctx, "rotate", "", rotate)
	return changed, keys, err
}

func (c *change) rotate(r RotateRequest) error {
	if r.Algorithm != "" {
		if err := c.ring.ReplaceNext(r.Algorithm, c.now); err != nil {
			return err
		}
		c.settings.Algorithm = r.Algorithm
		if err := putSettings(c, c.settings); err != nil || !r.Now {
			return err
		}
	}
	return c.ring.Rotate(c.now)
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
	ready, err := token.GenerateKey(alg)
	if err != nil {
		return nil, err
	}
	return func(alg string) (*token.Key, error) {
		k := ready
		if ready = nil; k != nil && k.Algorithm() == alg {
			return k, nil
		}
		return token.GenerateKey(alg)
	}, nil
}

// ImportKeys takes keys from elsewhere into the ring: one with a private half, or a secret, waits as the next key; one
// without only verifies. It returns what the ring says of them.
func (a *Authority) ImportKeys(ctx context.Context, keys []*token.Key) (entries []keyring.Entry, err error) {
	able := 0
	for _, k := range keys {
		if k.CanSign() {
			able++
		}
	}
	if able > 1 {
		err := fmt.Errorf("%w: %d keys that can sign, and one can wait as the next", ErrConflict, able)
		return nil, a.refused(ctx, "keys import", "", err)
	}
	err = a.change(ctx, "keys import", "", func(c *change) error {
		entries = nil
		for _, k := range keys {
			if k.ID() == "" {
				k = k.WithID(keyring.Thumbprint(k))
			}
			if err := c.ring.Import(k, c.now); err != nil {
				return err
			}
			entry, err := c.ring.Find(k.ID())
			if err != nil {
				return err
			}
			entries = append(entries, entry)
		}
		c.noteKeys(entries)
		return c.putRing()
	})
	return entries, err
}

// noteKeys names keys in one detail, for a line takes few of them and a file may hold many keys.
func (c *change) noteKeys(entries []keyring.Entry) {
	kids := make([]string, len(entries))
	for i, e := range entries {
		kids[i] = e.KID
	}
	c.note("kid", strings.Join(kids, " "))
	if len(kids) > 1 {
		c.note("count", strconv.Itoa(len(kids)))
	}
}

// RevokeKey ends every token of a key at once: the emergency. The selector is a kid, the start of one, or a version. If
// the key was the active one, the next one signs.
func (a *Authority) RevokeKey(ctx context.Context, selector string, r Revoke) (entry keyring.Entry, err error) {
	spare, err := a.spare(ctx, "")
	if err != nil {
		return entry, a.refused(ctx, "keys revoke", "", err)
	}
	err = a.change(ctx, "keys revoke", "", func(c *change) error {
		c.ring.Generate = spare
		if entry, err = c.ring.Find(selector); err != nil {
			return err
		}
		c.note("kid", entry.KID)
		if err := c.ring.Revoke(entry.KID, c.now); err != nil {
			return err
		}
		if entry, err = c.ring.Find(entry.KID); err != nil || r.DryRun {
			return orNothing(err)
		}
		_, err := c.deny(userdb.KindKey, entry.KID, userdb.Entry{Until: entry.LastExp}, r.Reason)
		if err != nil {
			return err
		}
		return c.putRing()
	})
	return entry, err
}
