package authority

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// Register adds a person, with the role "user" where none is named. Errors are userdb.ErrName, ErrPasswordPolicy,
// ErrUserExists and ErrNoRole, and a *SlowDown for an address that many come from.
func (a *Authority) Register(ctx context.Context, name, password string, roles []string) (*userdb.User, error) {
	if err := a.slowed(a.limits().Registrations, "register"); err != nil {
		return nil, err
	}
	if len(roles) == 0 {
		roles = []string{"user"}
	}
	mapped, hash, err := a.credentials(ctx, name, password)
	switch {
	case err != nil && a.From.IsValid() && !isFault(err): // it has cost nothing, so strangers could fill the audit with it
		a.TurnedAway("register")
		return nil, err
	case err != nil:
		return nil, a.refused(ctx, "register", mapped, err)
	}
	now := a.now()
	user := userdb.User{Name: mapped, Roles: roles, Hash: hash, Created: now, Changed: now}
	err = a.change(ctx, "register", mapped, func(c *change) error {
		c.note("roles", strings.Join(roles, " "))
		return userdb.CreateUser(c, user)
	})
	if err != nil {
		return nil, err
	}
	return &user, nil
}

// credentials holds a name and a password to the rules, and hashes the password.
func (a *Authority) credentials(ctx context.Context, name, password string) (mapped, hash string, err error) {
	if mapped, err = userdb.ParseName(name); err != nil {
		return "", "", err
	}
	s, err := a.Settings(ctx)
	if err != nil {
		return mapped, "", err
	}
	if err := userdb.CheckPassword(password, mapped, s.MinPasswordLength); err != nil {
		return mapped, "", err
	}
	if s.LoginDelay { // over the network, where there is an address, people set a password only by registering
		a.limits().Registrations.count(a.From, a.Now())
	}
	hash, err = a.hash(ctx, password)
	return mapped, hash, err
}

// SetPassword gives a person another password, and ends their tokens.
func (a *Authority) SetPassword(ctx context.Context, name, password string) error {
	mapped, hash, err := a.credentials(ctx, name, password)
	if err != nil {
		return a.refused(ctx, "users passwd", mapped, err)
	}
	_, err = a.edit(ctx, "users passwd", mapped, func(c *change, u *userdb.User) error {
		u.Hash, u.Changed = hash, c.now
		return c.cutForGood(u.Name, userdb.Deny)
	})
	return err
}

// Disable keeps a person from logging in, and ends their tokens for as long as it lasts.
func (a *Authority) Disable(ctx context.Context, name string) (*userdb.User, error) {
	return a.edit(ctx, "users disable", name, func(c *change, u *userdb.User) error {
		u.Disabled = true
		forever := userdb.Entry{Until: userdb.Forever, Cut: userdb.Forever}
		return userdb.Deny(c, c.secrets, userdb.KindUser, u.Name, forever, c.now)
	})
}

// Enable lets a person log in again. Tokens from before stay dead.
func (a *Authority) Enable(ctx context.Context, name string) (*userdb.User, error) {
	return a.edit(ctx, "users enable", name, func(c *change, u *userdb.User) error {
		if !u.Disabled {
			return nil
		}
		u.Disabled = false
		return c.endNow(u.Name)
	})
}

// ChangeRoles adds and removes roles. Tokens that are out keep what they say until they expire.
func (a *Authority) ChangeRoles(ctx context.Context, name string, add, remove []string) (*userdb.User, error) {
	return a.edit(ctx, "users role", name, func(c *change, u *userdb.User) error {
		for verb, roles := range map[string][]string{"add": add, "remove": remove} {
			if len(roles) > 0 {
				c.note(verb, strings.Join(roles, " "))
			}
		}
		for _, role := range remove {
			if !slices.Contains(u.Roles, role) && !slices.Contains(add, role) {
				return fmt.Errorf("%w: %q does not have it", userdb.ErrNoRole, u.Name)
			}
		}
		u.Roles = append(u.Roles, add...)
		u.Roles = slices.DeleteFunc(u.Roles, func(role string) bool { return slices.Contains(remove, role) })
		slices.Sort(u.Roles)
		u.Roles = slices.Compact(u.Roles)
		return nil
	})
}

// RemoveUser deletes a person. The cut stays behind: what was issued to the name is dead, also for who takes it next.
func (a *Authority) RemoveUser(ctx context.Context, name string) error {
	mapped, err := userdb.ParseName(name)
	if err != nil {
		return a.refused(ctx, "users remove", "", err)
	}
	return a.change(ctx, "users remove", mapped, func(c *change) error {
		if err := userdb.RemoveUser(c, mapped); err != nil {
			return err
		}
		return c.endNow(mapped)
	})
}

// edit changes one person.
func (a *Authority) edit(ctx context.Context, verb, name string, fn func(*change, *userdb.User) error) (
	user *userdb.User, err error) {
	mapped, err := userdb.ParseName(name)
	if err != nil {
		return nil, a.refused(ctx, verb, "", err)
	}
	err = a.change(ctx, verb, mapped, func(c *change) (err error) {
		if user, err = userdb.GetUser(c, mapped); err != nil {
			return err
		}
		if err := fn(c, user); err != nil {
			return err
		}
		return userdb.PutUser(c, *user)
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// endNow puts a cut at now in the place of whatever is denied of the user: they may have been disabled, and are not now.
func (c *change) endNow(name string) error { return c.cutForGood(name, userdb.ReplaceDeny) }

// cutForGood ends the tokens that a user has now. An earlier revocation is not to be undone any more, for this cut would
// go with it.
func (c *change) cutForGood(name string,
	put func(kv.Tx, kv.Secrets, userdb.Kind, string, userdb.Entry, time.Time) error) error {
	digest, err := userdb.DenyDigest(c.secrets, userdb.KindUser, name)
	if err != nil {
		return err
	}
	if err := userdb.RemoveRevocation(c, digest); err != nil {
		return err
	}
	return put(c, c.secrets, userdb.KindUser, name, userdb.Entry{Until: c.lastOfUser(), Cut: c.now}, c.now)
}

// ImportUsers adds people with the hashes they bring, all or none, and returns how many.
func (a *Authority) ImportUsers(ctx context.Context, users []userdb.User) (int, error) {
	return len(users), a.change(ctx, "users import", "", func(c *change) error {
		c.note("count", fmt.Sprint(len(users)))
		for _, u := range users {
			if u.Created.IsZero() || u.Created.After(c.now) {
				u.Created = c.now
			}
			if u.Changed.IsZero() {
				u.Changed = u.Created
			}
			if err := userdb.CreateUser(c, u); err != nil {
				return err
			}
			if !u.Disabled {
				continue
			}
			forever := userdb.Entry{Until: userdb.Forever, Cut: userdb.Forever}
			if err := userdb.Deny(c, c.secrets, userdb.KindUser, u.Name, forever, c.now); err != nil {
				return err
			}
		}
		return nil
	})
}

// User returns one person, or userdb.ErrNoUser.
func (a *Authority) User(ctx context.Context, name string) (user *userdb.User, err error) {
	mapped, err := userdb.ParseName(name)
	if err != nil {
		return nil, err
	}
	err = a.Store.View(ctx, func(v kv.View) error {
		user, err = userdb.GetUser(v, mapped)
		return err
	})
	return user, err
}

// Users lists everybody, by name.
func (a *Authority) Users(ctx context.Context) ([]userdb.User, error) {
	return listAll(ctx, a.Store, func(v kv.View, last *userdb.User) iter.Seq2[*userdb.User, error] {
		if last == nil {
			return userdb.Users(v, "")
		}
		return userdb.Users(v, last.Name)
	})
}
