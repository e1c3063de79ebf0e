package authority

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
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

// note keeps what a look at the store ended with. A store that is busy is as it was: nobody was told of a change.
func (l *Live) note(err error) {
	switch {
	case err == nil:
		l.fault.Store(nil)
	case errors.Is(err, kv.ErrBusy) || errors.Is(err, context.Canceled):
	default:
		l.fault.Store(&err)
	}
}

// Verify returns the claims of a genuine access token for the audience of the settings that is alive and not revoked.
// Errors are those of [token.Verifier.Verify].
func (l *Live) Verify(ctx context.Context, raw string) (*token.Claims, error) {
	s, err := l.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	now := l.Now()
	if known := s.accepted.get(raw); known != nil && known.claims.Alive(now, token.DefaultLeeway) {
		good, err := s.stillGood(ctx, known)
		if err != nil {
			return nil, err
		}
		if good {
			return known.claims, nil
		}
	}
	v := *s.verifier
	v.Now = func() time.Time { return now }
	claims, err := v.Verify(ctx, raw)
	if err == nil {
		s.accepted.add(raw, claims, s.rev)
	}
	return claims, err
}

// stillGood tells whether a token that was accepted has not been revoked since.
func (s *snapshot) stillGood(ctx context.Context, known *acceptance) (bool, error) {
	if known.clean.Load() == uint64(s.rev) {
		return true, nil
	}
	by, err := s.Revoked(ctx, known.claims)
	if err == nil && by == "" {
		known.clean.Store(uint64(s.rev))
	}
	return err == nil && by == "", err
}

// Introspect is Verify for a token of any audience: who asks is not the one it is for.
func (l *Live) Introspect(ctx context.Context, raw string) (*token.Claims, error) {
	s, err := l.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	v := s.state.verifier(s.anyAudience(token.Expect{Leeway: token.DefaultLeeway}), s)
	v.Now = l.Now
	return v.Verify(ctx, raw)
}

// Genuine tells whether this store made a refresh token, without looking at the store: strangers may guess as often as
// they like. What has become of its session, Refresh tells.
func (l *Live) Genuine(ctx context.Context, refreshToken string) error {
	s, err := l.snapshot(ctx)
	if err != nil {
		return err
	}
	_, _, err = userdb.ParseRefreshToken(s.secrets, refreshToken)
	return reasoned(err)
}

// Known is what everybody may know of the store.
type Known struct {
	Settings Settings
	Ring     *keyring.Ring // to read
	Denied   int           // entries of the deny list
	Revision kv.Rev
}

func (s *snapshot) known() Known { return Known{s.settings, s.ring, s.denied.Len(), s.rev} }

// Known returns what the store has now.
func (l *Live) Known(ctx context.Context) (Known, error) {
	s, err := l.snapshot(ctx)
	if err != nil {
		return Known{}, err
	}
	return s.known(), nil
}

// Seen returns what the store had when it was last looked at.
func (l *Live) Seen() Known { return l.current.Load().known() }
