package authority

import (
	"context"
	"slices"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/audit"
)

// Refresh takes a refresh token, which is used up by it, and grants an access token with the next refresh token. Roles and
// scopes are those that the user has now; of the scopes those that the login asked for. The parent of the current refresh
// token gets the current one again for [userdb.Grace]. One used up before that ends the session and its access tokens.
//
// Errors: token.Malformed for what is no refresh token, token.BadSignature for one of another store, token.Expired where
// the session has reached its idle or absolute limit, token.Revoked where it or its user was ended, and for reuse.
func (a *Authority) Refresh(ctx context.Context, refreshToken string) (*Grant, error) {
	p, err := a.present(ctx, refreshToken)
	if err == nil {
		err = a.paced("refresh")
	}
	if err != nil {
		return nil, err
	}
	if p.dead != nil && a.From.IsValid() { // over the network: whoever once logged in could fill the audit with it
		a.TurnedAway("refresh")
		return nil, p.dead
	}
	var draft token.Draft
	var key *token.Key
	var refresh string
	var reused error // no error of the change, for what follows from it is to be committed
	err = a.change(ctx, "refresh", p.user(), func(c *change) error {
		s, user, use, err := judge(c, c.secrets, p, a.Now())
		if err != nil {
			return err
		}
		c.note("session", s.ID)
		if reused = nil; use == userdb.Reused {
			reused = errReused(s.ID)
			return c.punish(s, reused)
		}
		if draft, err = c.renewed(user, s); err != nil {
			return err
		}
		if key, err = c.signing("", c.now); err != nil {
			return err
		}
		c.note("jti", draft.ID)
		refresh, err = a.advance(c, s, use)
		return err
	})
	if err == nil {
		err = reused
	}
	if err != nil {
		return nil, err
	}
	a.limits().Acquaintances.meet(p.user(), a.From)
	return issue(draft, key, refresh)
}

// advance rotates the session, unless a lost reply is given again, and returns the refresh token that is good then.
func (a *Authority) advance(c *change, s *userdb.Session, use userdb.Use) (refresh string, err error) {
	if use == userdb.Again {
		c.note("again", "the reply was lost, or asked for twice")
		return s.RefreshToken(c.secrets)
	}
	s.Rotate(a.Now(), c.settings.RefreshIdle)
	if err := userdb.PutSession(c, *s, c.now); err != nil {
		return "", err
	}
	return s.RefreshToken(c.secrets)
}

// renewed drafts the next access token of a session. What the login asked for may have become too much since: a scope that
// the roles do not give any more is left out, and a life beyond the limit is cut to it.
func (c *change) renewed(user *userdb.User, s *userdb.Session) (token.Draft, error) {
	scopes, err := userdb.ScopesOf(c, user.Roles)
	if err != nil {
		return token.Draft{}, err
	}
	if len(s.Scopes) > 0 {
		scopes = slices.DeleteFunc(slices.Clone(s.Scopes), func(scope string) bool { return !slices.Contains(scopes, scope) })
	}
	draft := token.Draft{Subject: user.Name, Audience: s.Audience, Scopes: scopes, Roles: user.Roles, SessionID: s.ID}
	err = c.settings.complete(&draft, min(s.TTL, c.settings.MaxTTL), c.now)
	return draft, err
}

// punish ends a session of which a refresh token is in two hands (RFC 9700 section 4.14.2), with its access tokens, and
// makes the audit line of the change one of a refusal.
func (c *change) punish(s *userdb.Session, why error) error {
	c.event.Outcome = audit.Refused
	c.note("why", why.Error())
	_, err := c.deny(userdb.KindSession, s.ID, userdb.Entry{Until: c.lastOf(s)}, reuse)
	return err
}

// lastEnd is when no session that is open now can be refreshed any more. The longest life that was ever set counts, as it
// does for keys: a cut that was forgotten sooner would bring sessions back.
func (s Settings) lastEnd(now time.Time) time.Time {
	return later(now.Add(s.RefreshTTL), s.SessionsUntil)
}

// lastOf is when neither an access token nor a refresh token of a session can be good any more.
func (c *change) lastOf(s *userdb.Session) time.Time { return later(c.lastExp(), s.End.Add(margin)) }

// lastOfUser is lastOf for whatever sessions and tokens a user has.
func (c *change) lastOfUser() time.Time {
	return later(c.lastExp(), c.settings.lastEnd(c.now).Add(margin))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
