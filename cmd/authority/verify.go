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
	if len(e.Issuers) == 0 {
		e.Issuers = []string{s.settings.Issuer}
	}
	if len(e.Audiences) == 0 {
		e.Audiences = s.settings.Audience
	}
	if len(e.Types) == 0 {
		e.Types = []string{token.AccessToken, "JWT"}
	}
	now := a.Now()
	if at.IsZero() {
		at = now
	}
	v := token.Verifier{
		Keys:        s.ring,
		Now:         func() time.Time { return at },
		Expect:      e,
		Revocations: &denials{a.Store, s.secrets, at, now},
	}
	return v.Examine(ctx, raw)
}

// denials asks the deny list, as it is, how it was at a time.
type denials struct {
	store   kv.Store
	secrets kv.Secrets
	at, now time.Time
}

// Revoked looks for each name under which the token may have been revoked, in one transaction.
func (d *denials) Revoked(ctx context.Context, c *token.Claims) (by string, err error) {
	err = d.store.View(ctx, func(v kv.View) error {
		by = ""
		for _, name := range []struct {
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
			entry, found, err := userdb.Denied(v, d.secrets, name.kind, name.id)
			if err != nil {
				return err
			}
			if found && d.ends(name.kind, entry, c) {
				by = string(name.kind)
				return nil
			}
		}
		return nil
	})
	if err == nil && by == "" && d.at.Before(d.now) && d.now.After(c.ExpiresAt.Add(margin)) {
		return "", token.ErrNoRecord // an entry goes when its token cannot be alive any more
	}
	return by, err
}

// ends tells whether an entry ends the token. A cut of a user ends every token issued up to it, those of a session too: a
// login waits out the second of the cut, so none that came later is as old.
func (d *denials) ends(kind userdb.Kind, e userdb.Entry, c *token.Claims) bool {
	if kind == userdb.KindUser && !e.Disabled() && !e.Cuts(c.IssuedAt) {
		return false
	}
	return !e.Cut.After(d.at) || e.Disabled()
}
