package authority

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// RevokeSession ends a session by its id, with its access tokens. Undoing it lets both live on, unless the session was
// logged out. An id of which nothing is known is userdb.ErrNoSession: it may be a slip, and the session meant would live
// on.
func (a *Authority) RevokeSession(ctx context.Context, id string, r Revoke) (*Revocation, error) {
	s, note, err := a.sessionToRevoke(ctx, id)
	if err != nil {
		return nil, a.refused(ctx, "revoke", "", err)
	}
	user, until := "", (*change).lastExp
	if s != nil {
		user, until = s.User, func(c *change) time.Time { return c.lastOf(s) }
	}
	done, err := a.revoke(ctx, userdb.KindSession, []string{id}, user, r, func(c *change) userdb.Entry {
		return userdb.Entry{Until: until(c)}
	})
	if err == nil {
		done.Note = note
	}
	return done, err
}

// sessionToRevoke finds a session, and says what there is to know of it. It is nil for one that was logged out: its access
// tokens are denied still.
func (a *Authority) sessionToRevoke(ctx context.Context, id string) (s *userdb.Session, note string, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		_, denied, err := userdb.Denied(v, secrets, userdb.KindSession, id)
		if err != nil {
			return err
		}
		note = "it was over already"
		if s, err = userdb.GetSession(v, id); err != nil {
			switch {
			case !errors.Is(err, userdb.ErrSessionOver):
				return err
			case !denied:
				return fmt.Errorf("%w: %q", userdb.ErrNoSession, id)
			}
			return nil
		}
		open, err := isOpen(v, secrets, s, a.Now())
		if open {
			note = ""
		}
		return err
	})
	return s, note, err
}
