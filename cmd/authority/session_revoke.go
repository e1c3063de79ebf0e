package authority

import (
	"context"
	"errors"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// RevokeSession ends a session by its id, with its access tokens. Undoing it lets both live on, unless the session was
// logged out. An id that nothing is on record of is denied all the same, with a note.
func (a *Authority) RevokeSession(ctx context.Context, id string, r Revoke) (*Revocation, error) {
	var s *userdb.Session
	note, user := "", ""
	err := a.Store.View(ctx, func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		s, note, user = nil, "no session of that id is on record; its access tokens are refused all the same", ""
		if s, err = userdb.GetSession(v, id); errors.Is(err, userdb.ErrSessionOver) {
			return nil
		}
		if err != nil {
			return err
		}
		open, err := isOpen(v, secrets, s, a.Now())
		if note, user = "", s.User; !open {
			note = "it was over already"
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	done, err := a.revoke(ctx, userdb.KindSession, []string{id}, user, r, func(c *change) userdb.Entry {
		if s == nil {
			return userdb.Entry{Until: c.lastExp()}
		}
		return userdb.Entry{Until: c.lastOf(s)}
	})
	if err == nil {
		done.Note = note
	}
	return done, err
}
