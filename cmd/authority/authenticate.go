package authority

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// authenticate checks a name and a password, and returns whose they are and, where the hash is to be made anew, the new
// one. Whoever fails gets ErrLoginRefused after exactly one hash; an address that has failed too often, a *SlowDown
// after none. The change that follows must admit the person.
func (a *Authority) authenticate(ctx context.Context, verb, name, password string) (
	_ *userdb.User, renewed string, err error) {
	if err := cmp.Or(a.slowed(a.limits().Logins, verb), a.paced(verb)); err != nil {
		return nil, "", err
	}
	// A name that can be nobody's is tried like any other, so that it costs the same.
	if mapped, err := userdb.ParseName(name); err == nil {
		name = mapped
	}
	c, err := a.candidate(ctx, name)
	if err != nil {
		return nil, "", err
	}
	hash := a.Hasher.Dummy()
	if c.user != nil {
		hash = c.user.Hash
	}
	right, rehash, err := a.fits(ctx, hash, password)
	switch {
	case errors.Is(err, userdb.ErrHash):
		return nil, "", fmt.Errorf("%w: user %q: %w", kv.ErrDamaged, name, err)
	case errors.Is(err, ErrOverloaded):
		a.TurnedAway(verb)
		return nil, "", err
	case err != nil:
		return nil, "", err
	case !right || c.user == nil || c.user.Disabled || c.waiting:
		return nil, "", a.refuseLogin(ctx, verb, c, right)
	case rehash:
		if renewed, err = a.hash(ctx, password); errors.Is(err, ErrOverloaded) {
			err = nil // the next login will do it
		}
	}
	return c.user, renewed, err
}

// A candidate is a name that somebody wants to get in by.
type candidate struct {
	name    string
	user    *userdb.User // nil for a name that nobody has
	waiting bool         // after failures
	delays  bool         // failures are counted
}

// candidate finds who has a name, and whether it has to wait.
func (a *Authority) candidate(ctx context.Context, name string) (c candidate, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		c = candidate{name: name}
		s, err := readState(v)
		if err != nil {
			return err
		}
		c.delays = s.settings.LoginDelay
		if c.waiting, err = a.waiting(v, s, name); err != nil {
			return err
		}
		c.user, err = userdb.GetUser(v, name)
		if errors.Is(err, userdb.ErrNoUser) {
			c.user, err = nil, nil
		}
		return err
	})
	return c, err
}

// waiting tells whether a name has to wait after failures, where it is asked for from.
func (a *Authority) waiting(r kv.Reader, s state, name string) (bool, error) {
	if !s.settings.LoginDelay {
		return false, nil
	}
	attempt, known := a.limits().Acquaintances.attempt(name, a.From)
	if known {
		return attempt.Wait(a.Now()) > 0, nil
	}
	attempt, err := userdb.Attempts(r, s.secrets, name)
	return err == nil && attempt.Wait(a.Now()) > 0, err
}

// refuseLogin counts the failure and leaves the audit line, in one commit. An attempt that came too soon does not count:
// it would keep the person out for good. What was typed for a name is only written down where it is somebody's: it may
// be a password in the wrong field. Who has left is written down all the same: a guess is not to go unseen for that.
func (a *Authority) refuseLogin(ctx context.Context, verb string, c candidate, right bool) error {
	known, why := c.name, "wrong password"
	switch {
	case c.user == nil:
		known, why = "", "unknown name"
	case c.waiting:
		why = "too soon after failures"
	case right:
		why = "disabled"
	}
	if c.delays {
		a.limits().Logins.count(a.From, a.Now())
	}
	acquainted := !c.waiting && a.limits().Acquaintances.fail(c.name, a.From, a.Now())
	err := a.refuse(context.WithoutCancel(ctx), verb, known, why, func(tx kv.Tx, secrets kv.Secrets) error {
		if c.waiting || acquainted {
			return nil
		}
		_, err := userdb.Fail(tx, secrets, c.name, a.Now())
		return err
	})
	if err != nil {
		return err
	}
	return ErrLoginRefused
}

// admit lets a person in who has authenticated. They are read anew: who was disabled, whose password was changed, or who
// has to wait for failures that came in while it was being hashed, is refused all the same. So many guesses at once gain
// nothing over one after the other.
func (a *Authority) admit(c *change, was *userdb.User, renewed string) (*userdb.User, error) {
	user, err := userdb.GetUser(c, was.Name)
	if errors.Is(err, userdb.ErrNoUser) || err == nil && (user.Disabled || user.Hash != was.Hash) {
		return nil, ErrLoginRefused
	}
	if err != nil {
		return nil, err
	}
	if waiting, err := a.waiting(c, c.state, user.Name); err != nil || waiting {
		return nil, cmp.Or(err, ErrLoginRefused)
	}
	if renewed != "" {
		user.Hash = renewed
		if err := userdb.PutUser(c, *user); err != nil {
			return nil, err
		}
	}
	if _, known := a.limits().Acquaintances.attempt(user.Name, a.From); known {
		return user, nil // the failures of strangers stay: they are not to guess anew after each login of the owner
	}
	return user, userdb.Reset(c, c.secrets, user.Name, c.now)
}
