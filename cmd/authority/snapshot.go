package authority

import (
	"context"
	"errors"
	"slices"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// A snapshot is all that a verdict needs, as the store had it at one revision. It does not change, but for what it has
// accepted.
type snapshot struct {
	state
	rev      kv.Rev
	denied   *userdb.DenyList    // nil as long as it is only read
	read     *userdb.DenyRecords // where the list was read whole
	verifier *token.Verifier
	accepted *accepted
}

// loadSnapshot reads the state and the whole deny list. Like renewed it leaves what takes long to ready, which needs no
// View, so that nobody else has to wait for it.
func loadSnapshot(v kv.View) (*snapshot, error) {
	_, rev, err := v.Changes(0)
	if err != nil && !errors.Is(err, kv.ErrCompacted) {
		return nil, err
	}
	s := &snapshot{rev: rev, accepted: newAccepted()}
	if s.state, err = readState(v); err != nil {
		return nil, err
	}
	s.read, err = userdb.ReadDeny(v, s.secrets)
	return s, err
}

// renewed returns the snapshot of the state that v shows, and reads only what has changed since this one. Where that
// cannot be told, as after another store was put in the place of this one, it is read whole.
func (s *snapshot) renewed(v kv.View) (*snapshot, error) {
	names, rev, err := v.Changes(s.rev)
	if errors.Is(err, kv.ErrCompacted) {
		return loadSnapshot(v)
	}
	if err != nil {
		return nil, err
	}
	if rev == s.rev {
		return s, nil
	}
	next := &snapshot{state: s.state, rev: rev, accepted: s.accepted}
	if slices.Contains(names, ringName) || slices.Contains(names, settingsName) {
		next.accepted = newAccepted() // by keys and expectations that may be others now
		if next.state, err = readState(v); err != nil {
			return nil, err
		}
	}
	if next.denied, err = s.denied.Renew(v, names); errors.Is(err, kv.ErrDamaged) {
		return loadSnapshot(v)
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}

// ready makes the snapshot fit to verify with.
func (s *snapshot) ready() (err error) {
	if s.read != nil {
		if s.denied, err = s.read.List(); err != nil {
			return err
		}
		s.read = nil
	}
	s.verifier = s.state.verifier(s.settings.expect(token.Expect{Leeway: token.DefaultLeeway}), s)
	return nil
}

// Revoked asks the deny list in memory.
func (s *snapshot) Revoked(_ context.Context, c *token.Claims) (string, error) {
	return (&denials{}).by(c, s.denied.Denied)
}

var _ token.Revocations = (*snapshot)(nil)
