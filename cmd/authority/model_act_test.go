package authority_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/audit"
)

// An act is something that is done to a store, in words: so that it can be done by another process as well.
type act struct {
	Verb     string // as the audit has it; of revocations with the kind behind it
	Name     string // of a user, or the id of what else it is done to
	Raw      string // an access token or a refresh token
	IssuedAt time.Time
	TTL      time.Duration
	Session  bool // of a login
	All      bool // of a logout
	Now      time.Time
	Die      bool   // when it is done, before it is said
	Chain    string // of the audit; "" is cli
}

// done is what came of an act.
type done struct {
	Access, Refresh string
	Note            string
	Ended           int
	Errs            []int // those of knownErrors that its error is
	Text            string
	Now             time.Time // a login may have waited
	err             error
	event           string // what the audit calls it, where that is not what the act is called
}

// knownErrors are those that the model tells apart.
var knownErrors = []error{
	userdb.ErrUserExists, userdb.ErrNoUser, userdb.ErrNoSession, userdb.ErrNoRevocation,
	authority.ErrLoginRefused, authority.ErrConflict, token.Revoked, token.Expired, token.BadSignature,
}

// perform does an act.
func perform(ctx context.Context, a *authority.Authority, x act) (d done) {
	switch x.Verb {
	case "register":
		_, d.err = a.Register(ctx, x.Name, password, nil)
	case "users remove":
		d.err = a.RemoveUser(ctx, x.Name)
	case "users disable":
		_, d.err = a.Disable(ctx, x.Name)
	case "users enable":
		_, d.err = a.Enable(ctx, x.Name)
	case "users passwd":
		d.err = a.SetPassword(ctx, x.Name, password)
	case "login":
		d.granted(a.Login(ctx, authority.LoginRequest{Name: x.Name, Password: password, Session: x.Session}))
	case "refresh":
		d.granted(a.Refresh(ctx, x.Raw))
	case "logout":
		d.Ended, d.err = a.Logout(ctx, x.Raw, x.All)
	case "mint":
		r := authority.MintRequest{Draft: token.Draft{Subject: x.Name, IssuedAt: x.IssuedAt}, TTL: x.TTL}
		d.err = a.Mint(ctx, r, func(m authority.Minted) error { d.Access = m.Token; return nil })
	case "revoke token":
		d.revoked(a.RevokeToken(ctx, x.Raw, authority.Revoke{}))
	case "revoke id":
		d.revoked(a.RevokeID(ctx, x.Name, authority.Revoke{}))
	case "revoke user":
		d.revoked(a.RevokeUser(ctx, x.Name, authority.Revoke{}))
	case "revoke session":
		d.revoked(a.RevokeSession(ctx, x.Name, authority.Revoke{}))
	case "revocations undo":
		_, d.err = a.Undo(ctx, x.Name)
	case "rotate":
		var changed bool
		if changed, _, d.err = a.Rotate(ctx, authority.RotateRequest{}); d.err == nil && !changed {
			d.err = errors.New("nothing was rotated")
		}
	case "keys revoke":
		_, d.err = a.RevokeKey(ctx, x.Name, authority.Revoke{})
	default:
		panic("no such verb: " + x.Verb)
	}
	return d
}

func (d *done) granted(g *authority.Grant, err error) {
	if d.err = err; g != nil {
		d.Access, d.Refresh = g.AccessToken, g.RefreshToken
	}
}

func (d *done) revoked(r *authority.Revocation, err error) {
	if d.err = err; r != nil {
		d.Note = r.Note
	}
}

// event is what the audit calls an act.
func (x act) event() string {
	if strings.HasPrefix(x.Verb, "revoke ") {
		return "revoke"
	}
	return x.Verb
}

// do has an act done, and holds the audit against it: one line more, which says what was done and how it went, and those
// before it as they were.
func (m *model) do(t *rapid.T, x act) done {
	t.Helper()
	x.Now = m.w.now
	d := m.perform(t, x)
	m.w.secrets = append(m.w.secrets, d.Access, d.Refresh)
	m.acts++
	lines := m.w.lines(t)
	if len(lines) != len(m.trail)+1 {
		m.lost += max(0, len(m.trail)+1-len(lines))
		t.Fatalf("%s: %d lines of the audit, %d were there before", x.Verb, len(lines), len(m.trail))
	}
	outcome := audit.OK
	if d.err != nil {
		outcome = audit.Refused
	}
	if last := lines[len(lines)-1]; last.Event.Event != cmp.Or(d.event, x.event()) || last.Outcome != outcome {
		t.Fatalf("%s, %v: the line of the audit says %s %s", x.Verb, d.err, last.Event.Event, last.Outcome)
	}
	for i, l := range m.trail {
		if lines[i].MAC != l.MAC {
			m.lost++
			t.Fatalf("%s: line %d of the audit is another one: %v, was %v", x.Verb, i, lines[i], l)
		}
	}
	m.trail = lines
	return d
}

// sent puts the error into words, for another process.
func (d done) sent() done {
	if d.err == nil {
		return d
	}
	d.Text = d.err.Error()
	for i, known := range knownErrors {
		if errors.Is(d.err, known) {
			d.Errs = append(d.Errs, i)
		}
	}
	return d
}

// received makes the error again of what it was put into.
func (d done) received() done {
	if d.Text == "" {
		return d
	}
	d.err = errors.New(d.Text)
	for _, i := range d.Errs {
		d.err = fmt.Errorf("%w: %w", knownErrors[i], d.err)
	}
	return d
}
