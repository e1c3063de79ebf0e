package authority

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// open begins the session of a login, puts its id into the access token, and returns its refresh token.
func (a *Authority) open(c *change, r LoginRequest, draft *token.Draft) (refresh string, err error) {
	s := userdb.NewSession(draft.Subject, a.Now(), c.settings.RefreshTTL, c.settings.RefreshIdle)
	s.Audience, s.Scopes, s.TTL = r.Audience, r.Scopes, r.TTL
	draft.SessionID = s.ID
	c.note("session", s.ID)
	if err := userdb.PutSession(c, s, c.now); err != nil {
		return "", err
	}
	return s.RefreshToken(c.secrets)
}

// IsRefreshToken tells whether a text means to be a refresh token.
func IsRefreshToken(raw string) bool { return userdb.IsRefreshToken(raw) }

// A presented is a refresh token that this store made, and what the store had on its session when it was looked up.
type presented struct {
	id      string
	counter uint64
	session *userdb.Session // nil where there is no record
	dead    error           // token.Revoked or token.Expired where it was good for nothing, not even to be used again
}

// user is whose session it is, "" where nobody knows any more.
func (p presented) user() string {
	if p.session == nil {
		return ""
	}
	return p.session.User
}

// genuine tells what a refresh token says that this store made. A text that is none is token.Malformed, and one of another
// store token.BadSignature, without a session being read.
func genuine(r kv.Reader, raw string) (secrets kv.Secrets, p presented, err error) {
	if secrets, err = kv.ReadSecrets(r); err != nil {
		return secrets, p, err
	}
	p.id, p.counter, err = userdb.ParseRefreshToken(secrets, raw)
	return secrets, p, reasoned(err)
}

// present finds whose refresh token it is. One that is not genuine leaves no audit line: such guesses are free to make, and
// must not cost a write.
func (a *Authority) present(ctx context.Context, raw string) (p presented, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		var secrets kv.Secrets
		if secrets, p, err = genuine(v, raw); err != nil {
			return err
		}
		p.session, err = userdb.GetSession(v, p.id)
		if err != nil && !errors.Is(err, userdb.ErrSessionOver) {
			return err
		}
		if _, _, _, err = judge(v, secrets, p, a.Now()); token.IsVerdict(err) {
			p.dead = err
		}
		return nil // any other fault of the session is for the change to find, should it need it
	})
	return p, err
}

// reasoned puts before an error of package userdb about a refresh token the reason that it stands for.
func reasoned(err error) error {
	switch {
	case errors.Is(err, userdb.ErrRefreshToken):
		return fmt.Errorf("%w: %w", token.Malformed, err)
	case errors.Is(err, userdb.ErrRefreshMAC):
		return fmt.Errorf("%w: %w", token.BadSignature, err)
	case errors.Is(err, userdb.ErrSessionOver):
		return fmt.Errorf("%w: %w", token.Expired, err)
	}
	return err
}

// Session returns the session of a refresh token that Refresh would take, and uses nothing up. Errors are those of
// Refresh; a token that was used before is refused, and nothing follows from it.
func (a *Authority) Session(ctx context.Context, refreshToken string) (s *userdb.Session, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		secrets, p, err := genuine(v, refreshToken)
		if err != nil {
			return err
		}
		found, _, use, err := judge(v, secrets, p, a.Now())
		if err == nil && use == userdb.Reused {
			err = errReused(p.id)
		}
		s = found
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// reuse is what people read of it, in the error, the audit and the list of revocations.
const reuse = "a refresh token was used a second time"

func errReused(id string) error {
	return fmt.Errorf("%w: session %s: %s", token.Revoked, id, reuse)
}

// judge reads the session of a genuine refresh token anew, and tells whether it and its user stand, and what the token is
// to it. A session that was revoked is token.Revoked whatever else it is, as with access tokens.
func judge(r kv.Reader, secrets kv.Secrets, p presented, now time.Time) (
	s *userdb.Session, user *userdb.User, use userdb.Use, err error) {
	if err := notDenied(r, secrets, p.id); err != nil {
		return nil, nil, "", err
	}
	if s, err = userdb.GetSession(r, p.id); err != nil {
		return nil, nil, "", reasoned(err)
	}
	if use, err = s.Use(p.counter, now); err != nil {
		return nil, nil, "", err
	}
	if user, err = standing(r, secrets, s); err != nil {
		return nil, nil, "", err
	}
	if s.Expired(now) {
		return nil, nil, "", reasoned(fmt.Errorf("%w: session %s", userdb.ErrSessionOver, s.ID))
	}
	return s, user, use, nil
}

// notDenied is token.Revoked for a session on the deny list.
func notDenied(r kv.Reader, secrets kv.Secrets, id string) error {
	_, denied, err := userdb.Denied(r, secrets, userdb.KindSession, id)
	if err == nil && denied {
		err = fmt.Errorf("%w: session %s was ended", token.Revoked, id)
	}
	return err
}

// standing returns the user of a session, who must be there still, and not disabled or cut since the login: the deny list
// has both. A login waits out the second of a cut, so a session as old as the cut, in whole seconds, is older.
func standing(r kv.Reader, secrets kv.Secrets, s *userdb.Session) (*userdb.User, error) {
	user, err := userdb.GetUser(r, s.User)
	if errors.Is(err, userdb.ErrNoUser) {
		return nil, fmt.Errorf("%w: session %s: its user was removed", token.Revoked, s.ID)
	}
	if err != nil {
		return nil, err
	}
	entry, found, err := userdb.Denied(r, secrets, userdb.KindUser, s.User)
	if err != nil {
		return nil, err
	}
	if found && entry.Cuts(s.Created) {
		return nil, fmt.Errorf("%w: session %s: its user was revoked or disabled", token.Revoked, s.ID)
	}
	return user, nil
}

// isOpen tells whether a session can be refreshed.
func isOpen(r kv.Reader, secrets kv.Secrets, s *userdb.Session, now time.Time) (bool, error) {
	if s.Expired(now) {
		return false, nil
	}
	err := notDenied(r, secrets, s.ID)
	if err == nil {
		_, err = standing(r, secrets, s)
	}
	if errors.Is(err, token.Revoked) {
		return false, nil
	}
	return err == nil, err
}
