package authority

import (
	"context"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

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

// Examine is [Authority.Examine] on the snapshot.
func (l *Live) Examine(ctx context.Context, raw string, e token.Expect, at time.Time) (*token.Report, error) {
	s, err := l.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	d := denials{now: l.Now(), at: at}
	return s.state.examine(ctx, raw, e, d, &listedDenials{d, s.denied})
}

// Introspect is Verify for a token of any audience: who asks is not the one it is for.
func (l *Live) Introspect(ctx context.Context, raw string) (*token.Claims, error) {
	s, err := l.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	v := s.state.verifier(s.settings.anyAudience(token.Expect{Leeway: token.DefaultLeeway}), s)
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
	Revision kv.Rev
}

func (s *snapshot) known() Known { return Known{s.settings, s.ring, s.rev} }

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

// Denied is how many entries the deny list had then. It takes as long as the list is.
func (l *Live) Denied() int { return l.current.Load().denied.Len() }

// WholeReads is how often the keys and the whole deny list were read: once at the start, and then only where the store could
// not tell what has changed since, or may be another one.
func (l *Live) WholeReads() uint64 { return l.whole.Load() }
