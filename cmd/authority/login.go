package authority

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// A LoginRequest asks for an access token. What is empty comes from the settings and the person's roles.
type LoginRequest struct {
	Name, Password string
	Audience       []string
	Scopes         []string // a choice among those of the roles
	TTL            time.Duration
}

// A Grant is the answer to a login, in the shape of RFC 6749 section 5.1.
type Grant struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// Login checks a name and a password and grants a token. An unknown name, a wrong or empty password, a person who is
// disabled and one who has to wait after failures are all ErrLoginRefused, after exactly one hash each. Asking for a
// scope beyond the roles, or for too long a life, is ErrPolicy.
func (a *Authority) Login(ctx context.Context, r LoginRequest) (*Grant, error) {
	// A name that can be nobody's is tried like any other, so that it costs the same.
	name, err := userdb.ParseName(r.Name)
	if err != nil {
		name = r.Name
	}
	user, waiting, err := a.candidate(ctx, name)
	if err != nil {
		return nil, err
	}
	hash := a.Hasher.Dummy()
	if user != nil {
		hash = user.Hash
	}
	right, rehash, err := a.Hasher.Verify(hash, r.Password)
	if err != nil {
		return nil, fmt.Errorf("%w: user %q: %w", kv.ErrDamaged, name, err)
	}
	if !right || user == nil || user.Disabled || waiting {
		return nil, a.refuseLogin(ctx, name, user, right, waiting)
	}
	renewed := ""
	if rehash {
		if renewed, err = a.Hasher.Hash(r.Password); err != nil {
			return nil, err
		}
	}
	if err := a.pastCut(ctx, user.Name); err != nil {
		return nil, a.refused(ctx, "login", user.Name, err)
	}
	return a.grant(ctx, r, user, renewed)
}

// candidate finds who wants to log in, nil for a name that nobody has, and whether the name has to wait.
func (a *Authority) candidate(ctx context.Context, name string) (user *userdb.User, waiting bool, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		s, err := readState(v)
		if err != nil {
			return err
		}
		if waiting, err = s.waiting(v, name, a.Now()); err != nil {
			return err
		}
		user, err = userdb.GetUser(v, name)
		if errors.Is(err, userdb.ErrNoUser) {
			user, err = nil, nil
		}
		return err
	})
	return user, waiting, err
}

// waiting tells whether a name has to wait after failures.
func (s state) waiting(r kv.Reader, name string, now time.Time) (bool, error) {
	attempt, err := userdb.Attempts(r, s.secrets, name)
	return err == nil && s.settings.LoginDelay && attempt.Wait(now) > 0, err
}

// refuseLogin counts the failure and leaves the audit line, in one commit. An attempt that came too soon does not count:
// it would keep the person out for good. What was typed for a name is only written down where it is somebody's: it may
// be a password in the wrong field.
func (a *Authority) refuseLogin(ctx context.Context, name string, user *userdb.User, right, waiting bool) error {
	known, why := name, "wrong password"
	switch {
	case user == nil:
		known, why = "", "unknown name"
	case waiting:
		why = "too soon after failures"
	case right:
		why = "disabled"
	}
	err := a.refuse(ctx, "login", known, why, func(tx kv.Tx, secrets kv.Secrets) error {
		if waiting {
			return nil
		}
		_, err := userdb.Fail(tx, secrets, name, a.Now())
		return err
	})
	if err != nil {
		return err
	}
	return ErrLoginRefused
}

// grant writes the login down and signs its token. The person is read anew: who was disabled, whose password was changed,
// or who has to wait for failures that came in while it was being hashed, is refused all the same. So many guesses at
// once gain nothing over one after the other.
func (a *Authority) grant(ctx context.Context, r LoginRequest, was *userdb.User, renewed string) (*Grant, error) {
	var draft token.Draft
	var key *token.Key
	err := a.change(ctx, "login", was.Name, func(c *change) error {
		user, err := userdb.GetUser(c, was.Name)
		if errors.Is(err, userdb.ErrNoUser) || err == nil && (user.Disabled || user.Hash != was.Hash) {
			return ErrLoginRefused
		}
		if err != nil {
			return err
		}
		if waiting, err := c.waiting(c, user.Name, a.Now()); err != nil || waiting {
			return cmp.Or(err, ErrLoginRefused)
		}
		if draft, err = c.access(user, r); err != nil {
			return err
		}
		if renewed != "" {
			user.Hash = renewed
			if err := userdb.PutUser(c, *user); err != nil {
				return err
			}
		}
		if key, err = c.ring.Active(); err != nil {
			return err
		}
		c.note("jti", draft.ID)
		return userdb.Reset(c, c.secrets, user.Name, c.now)
	})
	if err != nil {
		return nil, err
	}
	raw, err := draft.Sign(key)
	if err != nil {
		return nil, err
	}
	return &Grant{
		AccessToken: raw,
		TokenType:   "Bearer",
		ExpiresIn:   int64(draft.ExpiresAt.Sub(draft.IssuedAt) / time.Second),
		Scope:       strings.Join(draft.Scopes, " "),
	}, nil
}

// access drafts the access token of a person.
func (c *change) access(user *userdb.User, r LoginRequest) (token.Draft, error) {
	scopes, err := userdb.ScopesOf(c, user.Roles)
	if err != nil {
		return token.Draft{}, err
	}
	for _, s := range r.Scopes {
		if !slices.Contains(scopes, s) {
			return token.Draft{}, fmt.Errorf("%w: the scope %q is not among those of %q", ErrPolicy, s, user.Name)
		}
	}
	if len(r.Scopes) > 0 {
		scopes = r.Scopes
	}
	draft := token.Draft{Subject: user.Name, Audience: r.Audience, Scopes: scopes, Roles: user.Roles}
	err = c.settings.complete(&draft, r.TTL, c.now)
	return draft, err
}
