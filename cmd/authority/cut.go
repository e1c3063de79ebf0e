package authority

import (
	"context"
	"fmt"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// pastCut waits for the second after the last cut of a user, if that second has not come. Tokens count in whole seconds:
// one made after the cut and in its second would be as old as what the cut ended, and dead at once. Where the clock was
// set back behind the cut there is nothing to wait for, and it is ErrConflict.
func (a *Authority) pastCut(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	entry, found, err := a.denied(ctx, userdb.KindUser, name)
	if err != nil || !found || entry.Disabled() || entry.Cut.Before(a.now()) {
		return err
	}
	wait := entry.Cut.Add(time.Second).Sub(a.Now())
	if wait > time.Second {
		return fmt.Errorf("%w: the clock is behind the last revocation of %q", ErrConflict, name)
	}
	return a.sleep(ctx, wait)
}

func (a *Authority) denied(ctx context.Context, kind userdb.Kind, id string) (e userdb.Entry, found bool, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		e, found, err = userdb.Denied(v, secrets, kind, id)
		return err
	})
	return e, found, err
}

func (a *Authority) sleep(ctx context.Context, d time.Duration) error {
	if a.Sleep != nil {
		return a.Sleep(ctx, d)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
