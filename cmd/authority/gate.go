package authority

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// ErrOverloaded comes back when too many passwords are being hashed, and too many wait for it.
var ErrOverloaded = errors.New("too many logins at once")

// A Gate bounds how many passwords are hashed at once, for each takes 64 MiB and up to four cores. A few more may wait for their
// turn, and not for long; the rest is turned away at once. A nil Gate bounds nothing.
type Gate struct {
	turns   chan struct{} // a token for each that is being hashed
	waiting chan struct{} // a token for each that waits
	longest time.Duration
}

// NewGate lets this many hash at once, and as many wait for that long at most.
func NewGate(at, waiting int, longest time.Duration) *Gate {
	return &Gate{make(chan struct{}, at), make(chan struct{}, waiting), longest}
}

// Waiting is how many wait now.
func (g *Gate) Waiting() int {
	if g == nil {
		return 0
	}
	return len(g.waiting)
}

// enter waits for a turn. Whoever got one must leave.
func (g *Gate) enter(ctx context.Context) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	leave = g.leave
	select {
	case g.turns <- struct{}{}:
		return leave, nil
	default:
	}
	select {
	case g.waiting <- struct{}{}:
		defer func() { <-g.waiting }()
	default:
		return nil, ErrOverloaded
	}
	ctx, stop := context.WithTimeoutCause(ctx, g.longest, ErrOverloaded)
	defer stop()
	select {
	case g.turns <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// leave ends a turn. What the hash has used is collected first: left to itself, the collector would let as much again pile
// up before it looks.
func (g *Gate) leave() {
	runtime.GC()
	<-g.turns
}

// hash makes the hash of a password, when there is a turn for it.
func (a *Authority) hash(ctx context.Context, password string) (string, error) {
	leave, err := a.limits().Gate.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return a.Hasher.Hash(password)
}

// fits tells whether a password is the one of a hash, at the cost of one hash, when there is a turn for it.
func (a *Authority) fits(ctx context.Context, hash, password string) (right, rehash bool, err error) {
	leave, err := a.limits().Gate.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	return a.Hasher.Verify(hash, password)
}
