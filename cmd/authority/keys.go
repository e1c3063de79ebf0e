package authority

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
)

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
			if _, denied, err := userdb.Denied(c, c.secrets, userdb.KindKey, k.ID()); err != nil || denied {
				return cmp.Or(err, fmt.Errorf("%w: the key %s was revoked", ErrConflict, k.ID()))
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
		_, err := c.deny(userdb.KindKey, entry.KID, userdb.Entry{Until: userdb.Forever}, r.Reason)
		if err != nil {
			return err
		}
		return c.putRing()
	})
	return entry, err
}
