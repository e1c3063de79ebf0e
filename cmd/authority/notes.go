package authority

import (
	"context"
	"maps"
	"time"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// Line returns what writes a line of the audit, for a commit that is made elsewhere: one that puts a copy in the place of
// the store, or has its seal key changed.
func (a *Authority) Line(verb string, detail map[string]string) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		event := a.event(verb, "")
		maps.Copy(event.Detail, detail)
		return a.writeIn(tx, event, nothingElse)
	}
}

// Note leaves a line of the audit on what is done beside the store: a backup of it.
func (a *Authority) Note(ctx context.Context, verb string, detail map[string]string) error {
	_, err := a.Store.Update(ctx, a.Line(verb, detail))
	return err
}

// NoteFailed leaves a line that what was noted came to nothing.
func (a *Authority) NoteFailed(ctx context.Context, verb string, why error) error {
	return a.refuse(ctx, verb, "", why.Error(), nothingElse)
}

// RestoreLine is the Line of a restore. With endSessions no refresh token is good any more: what was given out after the
// copy was made is newer than its records, and what was used up by then would be good again.
func (a *Authority) RestoreLine(detail map[string]string, endSessions bool) func(kv.Tx) error {
	line := a.Line("store restore", detail)
	return func(tx kv.Tx) error {
		if endSessions {
			secrets, err := kv.ReadSecrets(tx)
			if err != nil {
				return err
			}
			secrets.Refresh = kv.NewSecrets().Refresh
			if err := kv.PutSecrets(tx, secrets); err != nil {
				return err
			}
		}
		return line(tx)
	}
}

// LastLine is when the newest line of the audit was written: what was done later than that is not in this state.
func (a *Authority) LastLine(ctx context.Context) (last time.Time, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		last = time.Time{}
		ends, err := audit.EndsOf(v)
		for _, e := range ends {
			last = later(last, e.Last.Time)
		}
		return err
	})
	return last, err
}
