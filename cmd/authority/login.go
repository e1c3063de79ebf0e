package authority

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"jotkit/token"
	"jotkit/userdb"
)

// A LoginRequest asks for an access token. What is empty comes from the settings and the person's roles.
type LoginRequest struct {
	Name, Password string
	Audience       []string
	Scopes         []string // a choice among those of the roles
	TTL            time.Duration
	Session        bool // open a session, and give its refresh token
}

// A Grant is the answer to a login or a refresh, in the shape of RFC 6749 section 5.1.
type Grant struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`              // seconds
	RefreshToken string `json:"refresh_token,omitempty"` // where there is a session
	Scope        string `json:"scope"`
}

// Login checks a name and a password and grants a token. An unknown name, a wrong or empty password, a person who is
// disabled and one who has to wait after failures are all ErrLoginRefused, after exactly one hash each. Asking for a
// scope beyond the roles, or for too long a life, is ErrPolicy.
func (a *Authority) Login(ctx context.Context, r LoginRequest) (*Grant, error) {
	user, renewed, err := a.authenticate(ctx, "login", r.Name, r.Password)
	if err != nil {
		return nil, err
	}
	r.Scopes = unique(r.Scopes)
	if err := a.pastCut(ctx, user.Name); err != nil {
		return nil, a.refused(ctx, "login", user.Name, err)
	}
	grant, err := a.grant(ctx, r, user, renewed)
	if err == nil {
		a.limits().Acquaintances.meet(user.Name, a.From)
	}
	return grant, err
}

// unique is what is in a list, once and in the order of the first: a session and its tokens are as long as the list, and
// one may say the same again and again.
func unique(list []string) (once []string) {
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			once = append(once, s)
		}
		seen[s] = true
	}
	return once
}

// grant writes the login down and signs its token.
func (a *Authority) grant(ctx context.Context, r LoginRequest, was *userdb.User, renewed string) (*Grant, error) {
	var draft token.Draft
	var key *token.Key
	var refresh string
	err := a.change(ctx, "login", was.Name, func(c *change) error {
		user, err := a.admit(c, was, renewed)
		if err != nil {
			return err
		}
		if draft, err = c.access(user, r); err != nil {
			return err
		}
		if r.Session {
			if refresh, err = a.open(c, r, &draft); err != nil {
				return err
			}
		}
		if key, err = c.signing("", c.now); err != nil {
			return err
		}
		c.note("jti", draft.ID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return issue(draft, key, refresh)
}

// issue signs what was granted, outside of any transaction.
func issue(draft token.Draft, key *token.Key, refresh string) (*Grant, error) {
	raw, err := draft.Sign(key)
	if err != nil {
		return nil, err
	}
	return &Grant{
		AccessToken:  raw,
		TokenType:    "Bearer",
		ExpiresIn:    int64(draft.ExpiresAt.Sub(draft.IssuedAt) / time.Second),
		RefreshToken: refresh,
		Scope:        strings.Join(draft.Scopes, " "),
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
