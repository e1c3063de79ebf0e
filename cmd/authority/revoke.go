package authority

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// Revoke says how to revoke.
type Revoke struct {
	Reason string    // for people, at most 256 bytes
	Before time.Time // of a user: the cut, zero is now
	DryRun bool
}

// A Revocation is what was revoked, with what a caller should know of it.
type Revocation struct {
	userdb.Revocation
	Note string // "" or, say, that the token had expired anyway
}

// RevokeToken revokes a genuine token by its jti, until it would have expired. A token that this store's keys did not
// sign is refused for the reason that verification gives; an expired one is revoked with a note.
func (a *Authority) RevokeToken(ctx context.Context, raw string, r Revoke) (*Revocation, error) {
	s, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	report, err := (&token.Verifier{Keys: s.ring, Now: a.Now}).ExamineSignature(ctx, raw)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		return nil, a.refused(ctx, "revoke", "", err)
	}
	genuine, err := token.Decode(raw) // its signature is good: what it says, it says by us
	if err != nil {
		return nil, a.refused(ctx, "revoke", "", err)
	}
	exp, _, _ := genuine.Times()
	done, err := a.revokeID(ctx, genuine.Text("jti"), genuine.Text("sub"), exp.Time, r)
	if sid := genuine.Text("sid"); err == nil && sid != "" && done.Note == "" {
		done.Note = fmt.Sprintf("its session %s goes on; revoke that by its id to end both", sid)
	}
	return done, err
}

// RevokeID revokes whatever token has this jti. When it expires is not known, so the entry is kept for the longest life
// there can be.
func (a *Authority) RevokeID(ctx context.Context, jti string, r Revoke) (*Revocation, error) {
	return a.revokeID(ctx, jti, "", time.Time{}, r)
}

func (a *Authority) revokeID(ctx context.Context, jti, user string, exp time.Time, r Revoke) (*Revocation, error) {
	if jti == "" {
		err := fmt.Errorf("%w: a token without jti cannot be revoked alone: revoke its user or its key", ErrConflict)
		return nil, a.refused(ctx, "revoke", user, err)
	}
	done, err := a.revoke(ctx, userdb.KindToken, []string{jti}, user, r, func(c *change) userdb.Entry {
		if exp.IsZero() {
			return userdb.Entry{Until: c.lastExp()}
		}
		return userdb.Entry{Until: exp.Add(margin)}
	})
	if err == nil && !exp.IsZero() && !a.Now().Before(exp) {
		done.Note = "it had expired already" // though it may still pass by the leeway of a verifier
	}
	return done, err
}

// RevokeUser ends the tokens and sessions of a user that were issued up to now, or up to the cut asked for. The name
// need not be a registered one: any sub can be cut. A login afterwards works.
func (a *Authority) RevokeUser(ctx context.Context, name string, r Revoke) (*Revocation, error) {
	if r.Before.After(a.Now()) {
		err := fmt.Errorf("%w: the cut %s lies in the future", ErrPolicy, r.Before.UTC().Format(time.RFC3339))
		return nil, a.refused(ctx, "revoke", name, err)
	}
	names := []string{name}
	if mapped, err := userdb.ParseName(name); err == nil && mapped != name {
		names = []string{mapped, name} // the tokens of a registered person have it mapped, others as they like
	}
	return a.revoke(ctx, userdb.KindUser, names, names[0], r, func(c *change) userdb.Entry {
		return userdb.Entry{Until: c.lastOfUser(), Cut: r.Before}
	})
}

// revoke denies one thing by all its names, and returns what it wrote for the first.
func (a *Authority) revoke(ctx context.Context, kind userdb.Kind, names []string, user string, r Revoke,
	entry func(*change) userdb.Entry) (done *Revocation, err error) {
	err = a.change(ctx, "revoke", user, func(c *change) error {
		c.note("kind", string(kind))
		c.note("id", names[0])
		for _, name := range slices.Backward(names) {
			written, err := c.deny(kind, name, entry(c), r.Reason)
			if err != nil {
				return err
			}
			done = &Revocation{Revocation: written}
		}
		if r.DryRun {
			return errNothing
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// deny puts an id on the deny list, and what people want to know of it beside.
func (c *change) deny(kind userdb.Kind, id string, e userdb.Entry, reason string) (userdb.Revocation, error) {
	if strings.TrimSpace(reason) != "" {
		c.note("reason", reason)
	}
	r := userdb.Revocation{Kind: kind, Name: id, Until: e.Until, Reason: reason, By: c.event.By, At: c.now}
	var err error
	if r.Prior, err = c.prior(kind, id); err != nil {
		return userdb.Revocation{}, err
	}
	if err := userdb.Deny(c, c.secrets, kind, id, e, c.now); err != nil {
		return userdb.Revocation{}, err
	}
	return userdb.PutRevocation(c, c.secrets, r, c.now)
}

// prior is the cut of a user or session that no revocation stands for, as a changed password and a logout leave one: what
// undoing must leave. A revocation that is there already knows it, for undoing the new one takes back both.
func (c *change) prior(kind userdb.Kind, id string) (cut time.Time, err error) {
	if kind != userdb.KindUser && kind != userdb.KindSession {
		return cut, nil
	}
	earlier, err := userdb.GetRevocation(c, c.secrets, kind, id)
	if err == nil && !earlier.Expired(c.now) {
		return earlier.Prior, nil
	}
	if err != nil && !errors.Is(err, userdb.ErrNoRevocation) {
		return cut, err
	}
	entry, found, err := userdb.Denied(c, c.secrets, kind, id)
	if found && !entry.Expired(c.now) {
		cut = entry.Cut
	}
	return cut, err
}

// lastExp is when nothing issued by now can be alive any more.
func (c *change) lastExp() time.Time {
	if last := c.ring.LastExp(c.now); !last.IsZero() {
		return last
	}
	return userdb.Forever
}

// Revocations lists what is revoked now, without what has expired.
func (a *Authority) Revocations(ctx context.Context) ([]userdb.Revocation, error) {
	list, err := listAll(ctx, a.Store, func(v kv.View, last *userdb.Revocation) iter.Seq2[*userdb.Revocation, error] {
		if last == nil {
			return userdb.Revocations(v, nil)
		}
		return userdb.Revocations(v, &last.Digest)
	})
	now := a.Now()
	return slices.DeleteFunc(list, func(r userdb.Revocation) bool { return r.Expired(now) }), err
}

// Undo takes a revocation back, by its ID. A key stays revoked, since its private half is gone, and a person disabled,
// since that is not undone by this.
func (a *Authority) Undo(ctx context.Context, id string) (undone *userdb.Revocation, err error) {
	err = a.change(ctx, "revocations undo", "", func(c *change) (err error) {
		if undone, err = userdb.FindRevocation(c, id); err != nil {
			return err
		}
		c.note("kind", string(undone.Kind))
		c.note("id", undone.Name)
		entry, _, err := userdb.Denied(c, c.secrets, undone.Kind, undone.Name)
		switch {
		case err != nil:
			return err
		case undone.Kind == userdb.KindKey:
			return fmt.Errorf("%w: a revoked key stays revoked", ErrConflict)
		case undone.Kind == userdb.KindUser && entry.Disabled():
			return fmt.Errorf("%w: %q is disabled: enable them instead", ErrConflict, undone.Name)
		}
		if err := c.lift(*undone, entry); err != nil {
			return err
		}
		return userdb.RemoveRevocation(c, undone.Digest)
	})
	return undone, err
}

// lift takes an entry off the deny list again, down to the cut that was there before it.
func (c *change) lift(r userdb.Revocation, entry userdb.Entry) error {
	if r.Prior.IsZero() {
		return userdb.Allow(c, c.secrets, r.Kind, r.Name, c.now)
	}
	return userdb.ReplaceDeny(c, c.secrets, r.Kind, r.Name, userdb.Entry{Until: entry.Until, Cut: r.Prior}, c.now)
}
