package authority

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"jotkit/token"
	"jotkit/userdb"
)

// Logout ends the session of a refresh token with its access tokens, or with all every session of its user, and returns how
// many were open until then. A session that is over already is no error. Any refresh token of a session ends that one,
// used up or not; but to end all of them with one used up is reuse, as in Refresh. Errors are those of Refresh.
func (a *Authority) Logout(ctx context.Context, refreshToken string, all bool) (ended int, err error) {
	p, err := a.present(ctx, refreshToken)
	if err == nil {
		err = a.paced("logout")
	}
	if err != nil {
		return 0, err
	}
	if p.session == nil && a.From.IsValid() { // over, and nothing to write but a line: see Refresh
		a.TurnedAway("logout")
		return 0, nil
	}
	if !all || p.session == nil {
		return a.logout(ctx, p, []string{p.id}, false)
	}
	sessions, err := a.Sessions(ctx, p.user())
	if err != nil {
		return 0, err
	}
	ids := []string{}
	for _, s := range sessions {
		if s.ID != p.id {
			ids = append(ids, s.ID)
		}
	}
	ids = append(ids, p.id) // the last, so that one who was interrupted can do it again
	for part := range slices.Chunk(ids, page) {
		n, err := a.logout(ctx, p, part, true)
		if err != nil {
			return ended, err
		}
		ended += n
	}
	return ended, nil
}

// logout ends these sessions in one commit, on the word of a refresh token. What is opened meanwhile is a later login.
func (a *Authority) logout(ctx context.Context, p presented, ids []string, all bool) (ended int, err error) {
	var reused error
	err = a.change(ctx, "logout", p.user(), func(c *change) error {
		c.note("session", p.id)
		ended, reused = 0, nil
		own := ids
		if all {
			s, _, use, err := judge(c, c.secrets, p, a.Now())
			switch {
			case errors.Is(err, token.Revoked) || errors.Is(err, token.Expired):
				own = []string{p.id} // over already, so it has no say over the others
			case err != nil:
				return err
			case use == userdb.Reused:
				reused = errReused(p.id)
				return c.punish(s, reused)
			}
		}
		for _, id := range own {
			open, err := c.end(id, a.Now())
			if err != nil {
				return err
			}
			if open {
				ended++
			}
		}
		c.note("ended", strconv.Itoa(ended))
		return nil
	})
	if err == nil {
		err = reused
	}
	return ended, err
}

// end takes a session out of the store and denies its access tokens, and tells whether it was open. There is nothing to
// list and to undo in it. Where the session was revoked before, undoing that will not take back the logout.
func (c *change) end(id string, now time.Time) (open bool, err error) {
	s, err := userdb.GetSession(c, id)
	if err != nil && !errors.Is(err, userdb.ErrSessionOver) {
		return false, err
	}
	if s != nil {
		if open, err = isOpen(c, c.secrets, s, now); err != nil {
			return false, err
		}
		if err := userdb.RemoveSession(c, id); err != nil {
			return false, err
		}
	}
	if err := c.notByUndo(id); err != nil {
		return false, err
	}
	_, denied, err := userdb.Denied(c, c.secrets, userdb.KindSession, id)
	if err != nil || denied && s == nil {
		return false, err // said before, and no verifier has to hear of it again
	}
	return open, userdb.Deny(c, c.secrets, userdb.KindSession, id, userdb.Entry{Until: c.lastExp()}, c.now)
}

// notByUndo has a revocation of the session know of the logout.
func (c *change) notByUndo(id string) error {
	r, err := userdb.GetRevocation(c, c.secrets, userdb.KindSession, id)
	switch {
	case errors.Is(err, userdb.ErrNoRevocation):
		return nil
	case err != nil:
		return err
	case r.Expired(c.now) || !r.Prior.IsZero():
		return nil
	}
	r.Prior = c.now
	_, err = userdb.PutRevocation(c, c.secrets, *r, c.now)
	return err
}
