package authority

import (
	"context"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// Examine verifies a token against the keys of the store, and asks whether it was revoked. Expectations that are left
// open are the store's own: its issuer, its audiences, and the types at+jwt and JWT. A time other than zero asks how it
// was then.
func (a *Authority) Examine(ctx context.Context, raw string, e token.Expect, at time.Time) (*token.Report, error) {
	s, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	d := denials{now: a.Now(), at: at}
	return s.examine(ctx, raw, e, d, &storedDenials{denials: d, store: a.Store, secrets: s.secrets})
}

// examine verifies by this state and what is revoked, as of the time that d asks about.
func (s state) examine(ctx context.Context, raw string, e token.Expect, d denials, r token.Revocations) (*token.Report, error) {
	v := s.verifier(s.settings.expect(e), r)
	v.Now = d.then
	return v.Examine(ctx, raw)
}

// expect fills in what expectations leave open.
func (s Settings) expect(e token.Expect) token.Expect {
	if len(e.Audiences) == 0 {
		e.Audiences = s.Audience
	}
	return s.anyAudience(e)
}

// anyAudience is expect, but for the audience.
func (s Settings) anyAudience(e token.Expect) token.Expect {
	if len(e.Issuers) == 0 {
		e.Issuers = []string{s.Issuer}
	}
	if len(e.Types) == 0 {
		e.Types = []string{token.AccessToken, "JWT"}
	}
	return e
}

func (s state) verifier(e token.Expect, r token.Revocations) *token.Verifier {
	return &token.Verifier{Keys: s.ring, Expect: e, Revocations: r}
}

// denials are what one verification asks the deny list.
type denials struct {
	at  time.Time // how it was then; zero is how it is
	now time.Time
}

// then is the time that is asked about.
func (d *denials) then() time.Time {
	if d.at.IsZero() {
		return d.now
	}
	return d.at
}

// A lookUp finds an entry of the deny list.
type lookUp func(kind userdb.Kind, id string) (userdb.Entry, bool, error)

// by looks for each name under which the token may have been revoked, and returns the kind of the first that is.
func (d *denials) by(c *token.Claims, look lookUp) (string, error) {
	for _, name := range [...]struct {
		kind userdb.Kind
		id   string
	}{
		{userdb.KindToken, c.ID},
		{userdb.KindSession, c.SessionID},
		{userdb.KindUser, c.Subject},
		{userdb.KindKey, c.Header.KeyID},
	} {
		if name.id == "" {
			continue
		}
		entry, found, err := look(name.kind, name.id)
		if err != nil {
			return "", err
		}
		if found && d.ends(name.kind, entry, c) {
			return string(name.kind), nil
		}
	}
	return "", nil
}

// ends tells whether an entry ends the token. A cut of a user ends every token issued up to it, those of a session too: a
// login waits out the second of the cut, so none that came later is as old. When it was written matters only to who asks
// about the past: a clock that was set back since must not bring back what is revoked.
func (d *denials) ends(kind userdb.Kind, e userdb.Entry, c *token.Claims) bool {
	switch {
	case e.Disabled():
		return true
	case kind == userdb.KindUser && !e.Cuts(c.IssuedAt):
		return false
	}
	return d.at.IsZero() || !e.Cut.After(d.at)
}

// asked is by, but where it was not revoked at some time in the past, nobody may know any more: an entry goes when its
// token cannot be alive.
func (d *denials) asked(c *token.Claims, look lookUp) (string, error) {
	by, err := d.by(c, look)
	if err == nil && by == "" && d.then().Before(d.now) && d.now.After(c.ExpiresAt.Add(margin)) {
		return "", token.ErrNoRecord
	}
	return by, err
}

// storedDenials asks the deny list in the store, in one transaction.
type storedDenials struct {
	denials
	store   kv.Store
	secrets kv.Secrets
}

func (d *storedDenials) Revoked(ctx context.Context, c *token.Claims) (by string, err error) {
	err = d.store.View(ctx, func(v kv.View) (err error) {
		by, err = d.asked(c, func(kind userdb.Kind, id string) (userdb.Entry, bool, error) {
			return userdb.Denied(v, d.secrets, kind, id)
		})
		return err
	})
	return by, err
}

// listedDenials asks a deny list in memory.
type listedDenials struct {
	denials
	list *userdb.DenyList
}

func (d *listedDenials) Revoked(_ context.Context, c *token.Claims) (string, error) {
	return d.asked(c, d.list.Denied)
}
