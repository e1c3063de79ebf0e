package authority

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"runtime/debug"
	"time"
)

// ErrOverloaded comes back when too many passwords are being hashed, and too many wait for it.
var ErrOverloaded = errors.New("too many logins at once")

// A Gate bounds how many passwords are hashed at once, for each takes 64 MiB and up to four cores. A few more may wait for
// their turn, and not for long; the rest is turned away at once. One address may have a quarter of the places, or somebody
// who logs in again and again, and well, would keep everybody else out; this machine may have all. A nil Gate bounds
// nothing.
type Gate struct {
	turns   chan struct{} // a token for each that is being hashed
	waiting chan struct{} // a token for each that waits
	longest time.Duration
	shares  *Shares

	usualLimit int64 // of memory, in bytes
}

// NewGate lets this many hash at once, and as many wait for that long at most.
func NewGate(at, waiting int, longest time.Duration) *Gate {
	return &Gate{make(chan struct{}, at), make(chan struct{}, waiting), longest, NewShares(max((at+waiting)/4, 1)),
		debug.SetMemoryLimit(-1)}
}

// Waiting is how many wait now.
func (g *Gate) Waiting() int {
	if g == nil {
		return 0
	}
	return len(g.waiting)
}

// Waiting is how many wait for their password to be hashed.
func (a *Authority) Waiting() int { return a.limits().Gate.Waiting() }

// enter waits for a turn for somebody at an address. Whoever got one must leave.
func (g *Gate) enter(ctx context.Context, from netip.Addr) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	giveBack, ok := g.shares.Take(from)
	if !ok {
		return nil, ErrOverloaded
	}
	if err := g.wait(ctx); err != nil {
		giveBack()
		return nil, err
	}
	g.bound()
	return func() { g.leave(); giveBack() }, nil
}

// wait takes a turn.
func (g *Gate) wait(ctx context.Context) error {
	select {
	case g.turns <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.waiting <- struct{}{}:
		defer func() { <-g.waiting }()
	default:
		return ErrOverloaded
	}
	ctx, stop := context.WithTimeoutCause(ctx, g.longest, ErrOverloaded)
	defer stop()
	select {
	case g.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave ends a turn. What the hash has used is collected first: left to itself, the collector would let as much again pile
// up before it looks.
func (g *Gate) leave() {
	runtime.GC()
	if len(g.turns) > 1 {
		g.bound()
	} else {
		g.unbound()
	}
	<-g.turns
}

// hash makes the hash of a password, when there is a turn for it.
func (a *Authority) hash(ctx context.Context, password string) (string, error) {
	leave, err := a.limits().Gate.enter(ctx, a.From)
	if err != nil {
		return "", err
	}
	defer leave()
	return a.Hasher.Hash(password)
}

// fits tells whether a password is the one of a hash, at the cost of one hash, when there is a turn for it.
func (a *Authority) fits(ctx context.Context, hash, password string) (right, rehash bool, err error) {
	leave, err := a.limits().Gate.enter(ctx, a.From)
	if err != nil {
		return false, false, err
	}
	defer leave()
	return a.Hasher.Verify(hash, password)
}
