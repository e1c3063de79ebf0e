package authority

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// Remembered keeps until a minute after its last use which password fitted which hash, so that a service that calls all
// the time does not pay for a hash each time, and goes on while strangers who guess at its name make that one wait. It
// keeps neither the passwords nor who may do what: that is read from the store each time.
type Remembered struct {
	key   []byte
	mu    sync.Mutex
	pairs map[[sha256.Size]byte]fitted
}

// fitted is the hash that a password fitted, and until when that is remembered.
type fitted struct {
	hash  string
	until time.Time
}

const (
	rememberFor    = time.Minute
	mostRemembered = 1000
)

// NewRemembered remembers nothing yet.
func NewRemembered() *Remembered {
	r := &Remembered{key: make([]byte, 32), pairs: map[[sha256.Size]byte]fitted{}}
	rand.Read(r.key) // never fails: it ends the program instead (crypto/rand)
	return r
}

func (r *Remembered) sum(name, password string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(name + "\x00" + password)) // names of people hold no zero byte
	return [sha256.Size]byte(mac.Sum(nil))
}

func (r *Remembered) fits(user *userdb.User, password string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	pair := r.sum(user.Name, password)
	f, known := r.pairs[pair]
	good := known && f.hash == user.Hash && now.Before(f.until)
	if good {
		r.pairs[pair] = fitted{f.hash, now.Add(rememberFor)}
	}
	return good
}

func (r *Remembered) add(user *userdb.User, password string, now time.Time) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pairs) >= mostRemembered {
		clear(r.pairs)
	}
	r.pairs[r.sum(user.Name, password)] = fitted{user.Hash, now.Add(rememberFor)}
}

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
