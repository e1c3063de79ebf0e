package authority

import (
	"context"
	"time"

	"jotkit/keyring"
)

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
