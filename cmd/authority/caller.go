package authority

import (
	"context"
	"errors"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// A Caller is a service that has authenticated for one request.
type Caller struct {
	Name   string
	Scopes []string
}

// Authenticate checks the name and the password of a service, and tells what it may do. It is a login without a token:
// errors and work are the same, but for a pair that was used within the last minute, which costs no hash and leaves no
// line in the audit.
func (a *Authority) Authenticate(ctx context.Context, name, password string) (*Caller, error) {
	// An address that has to wait is not told of a pair that is remembered either: it could guess for nothing.
	if err := a.slowed(a.limits().Logins, "authenticate"); err != nil {
		return nil, err
	}
	if caller, err := a.known(ctx, name, password); caller != nil || err != nil {
		return caller, err
	}
	was, renewed, err := a.authenticate(ctx, "authenticate", name, password)
	if err != nil {
		return nil, err
	}
	var user *userdb.User
	var caller *Caller
	err = a.change(ctx, "authenticate", was.Name, func(c *change) error {
		if user, err = a.admit(c, was, renewed); err != nil {
			return err
		}
		scopes, err := userdb.ScopesOf(c, user.Roles)
		caller = &Caller{user.Name, scopes}
		return err
	})
	if err != nil {
		return nil, err
	}
	a.limits().Acquaintances.meet(user.Name, a.From)
	a.limits().Remembered.add(user, password, a.Now())
	return caller, nil
}

// known is the caller whose pair is remembered, or nil.
func (a *Authority) known(ctx context.Context, name, password string) (caller *Caller, err error) {
	mapped, err := userdb.ParseName(name)
	if err != nil || a.limits().Remembered == nil {
		return nil, nil
	}
	err = a.Store.View(ctx, func(v kv.View) error {
		user, err := userdb.GetUser(v, mapped)
		switch {
		case errors.Is(err, userdb.ErrNoUser):
			return nil
		case err != nil || user.Disabled || !a.limits().Remembered.fits(user, password, a.Now()):
			return err
		}
		scopes, err := userdb.ScopesOf(v, user.Roles)
		caller = &Caller{user.Name, scopes}
		return err
	})
	return caller, err
}
