package authority

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"
	"weak"

	"jotkit/token"
	"jotkit/userdb"
)

// counted counts how often a key is asked for, which is once for each signature that is computed.
type counted struct {
	token.KeySource
	n *atomic.Int64
}

func (c counted) Key(ctx context.Context, kid string) (*token.Key, error) {
	c.n.Add(1)
	return c.KeySource.Key(ctx, kid)
}

// CountSignatures counts the signatures that are computed from now on, until the store changes.
func (l *Live) CountSignatures() *atomic.Int64 {
	c := counted{l.current.Load().verifier.Keys, new(atomic.Int64)}
	l.current.Load().verifier.Keys = c
	return c.n
}

// Kept returns whether anything still holds the snapshot that is the current one now.
func (l *Live) Kept() func() bool {
	w := weak.Make(l.current.Load())
	return func() bool { return w.Value() != nil }
}

// Count counts one attempt.
func (a *Addresses) Count(addr netip.Addr, now time.Time) { a.count(addr, now) }

// Len is how many addresses are counted.
func (a *Addresses) Len() int { return len(a.counted) }

// Len is how many kinds of requests are told apart.
func (u *Unseen) Len() int { return len(u.counted) }

// Add remembers a pair.
func (r *Remembered) Add(name, password string, now time.Time) {
	r.add(&userdb.User{Name: name}, password, now)
}

// Len is how many pairs are remembered.
func (r *Remembered) Len() int { return len(r.pairs) }

// Wait is how long an address has to wait.
func (p *Pace) Wait(from netip.Addr, now time.Time) time.Duration { return p.wait(from, now) }

// Len is how many addresses are kept.
func (p *Pace) Len() int { return len(p.kept) }

// Add counts a request.
func (u *Unseen) Add(from netip.Addr, verb string) { u.add(unseen{Site(from), verb}, 1) }
