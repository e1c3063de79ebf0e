package authority

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"jotkit/userdb/kv"
)

// A Live is an Authority for a process that answers for long: it verifies against a snapshot of the store in memory,
// compared with the revision of the store at each request. So what another process has revoked, disabled or rotated is
// honoured by the first request after that process was told so.
//
// Where the snapshot is behind and cannot be renewed, there is no verdict: an error, and never a stale yes.
type Live struct {
	*Authority
	current atomic.Pointer[snapshot]
	fault   atomic.Pointer[error] // of the last look at the store, if it did not end well
	turn    chan struct{}         // holds one token while the snapshot is renewed
	whole   atomic.Uint64         // see WholeReads
}

// patience is how long a request waits for the snapshot to be renewed.
const patience = 5 * time.Second

// NewLive makes a Live of an Authority and reads the first snapshot.
func NewLive(ctx context.Context, a *Authority) (*Live, error) {
	l := &Live{Authority: a, turn: make(chan struct{}, 1)}
	return l, l.Look(ctx)
}

// snapshot returns one that is not behind the store, and reads what has changed where there is none. One does so at a
// time: who waits for it finds it done.
func (l *Live) snapshot(ctx context.Context) (*snapshot, error) {
	if s, err := l.fresh(); s != nil || err != nil {
		return s, err
	}
	ctx, stop := context.WithTimeoutCause(ctx, patience, kv.ErrBusy)
	defer stop()
	if err := l.wantTurn(ctx); err != nil {
		return nil, err
	}
	defer func() { <-l.turn }()
	if s, err := l.fresh(); s != nil || err != nil {
		return s, err
	}
	return l.renew(ctx)
}

// fresh returns the snapshot at hand, or nil where the store has moved on, or was in trouble when it was last looked at.
func (l *Live) fresh() (*snapshot, error) {
	need, err := l.Store.Rev()
	if err != nil {
		return nil, err
	}
	if s := l.current.Load(); s != nil && s.rev == need && l.fault.Load() == nil {
		return s, nil
	}
	return nil, nil
}

func (l *Live) wantTurn(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// renew reads what has changed in the store. It is for who has the turn.
func (l *Live) renew(ctx context.Context) (*snapshot, error) {
	old := l.current.Load()
	// After a fault another store may lie there, or an older copy in which other changes have the same numbers by now.
	whole := old == nil || l.fault.Load() != nil
	var next *snapshot
	err := l.Store.View(ctx, func(v kv.View) (err error) {
		if whole {
			next, err = loadSnapshot(v)
		} else {
			next, err = old.renewed(v)
		}
		return err
	})
	if err == nil && next.read != nil {
		l.whole.Add(1)
	}
	if err == nil && next != old {
		err = next.ready()
	}
	l.note(err)
	if err != nil {
		return nil, err
	}
	l.current.Store(next)
	return next, nil
}

// Look looks at the store, revision or not. Who does so now and then hears of a commit whose writer was killed before it
// could announce it, and of a store that went away or was put in the place of this one.
func (l *Live) Look(ctx context.Context) error {
	if err := l.wantTurn(ctx); err != nil {
		return err
	}
	defer func() { <-l.turn }()
	_, err := l.renew(ctx)
	return err
}

// note keeps what a look at the store ended with. A store that is busy is as it was: nobody was told of a change. One that
// cannot be reached is no other one for that: it has the record of its changes still, and where it was put back meanwhile, it
// says so. Rev tells when nothing was heard of it for too long.
func (l *Live) note(err error) {
	switch {
	case err == nil:
		l.fault.Store(nil)
	case errors.Is(err, kv.ErrBusy) || errors.Is(err, kv.ErrUnreachable) || errors.Is(err, context.Canceled):
	default:
		l.fault.Store(&err)
	}
}
