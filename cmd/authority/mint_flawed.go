package authority

import (
	"context"
	"fmt"
	"time"

	"jotkit/token"
	"jotkit/token/flaw"
)

// AllFlaws asks MintFlawed for a bad token of each kind that there can be.
const AllFlaws = "all"

// Flawed are bad tokens, and two good ones that differ from them in nothing else.
type Flawed struct {
	Good [2]string
	Bad  []flaw.Token
	key  *token.Key
}

// MintFlawed makes what r asks for, and of that a bad token of one kind of package flaw, or of AllFlaws. One audit line
// stands for all of them, as with Mint. A kind that cannot be made is flaw.ErrImpossible; that another key is to sign by
// the time they are made is ErrConflict. Where the subject was cut in the last hour, the expired ones are older than that,
// so that the verdict of this store on them is "revoked".
func (a *Authority) MintFlawed(ctx context.Context, r MintRequest, kind string) (Flawed, error) {
	made, err := a.flawed(ctx, &r, kind)
	if err != nil {
		return Flawed{}, a.refused(ctx, "mint", r.Subject, err)
	}
	err = a.change(ctx, "mint", r.Subject, func(c *change) error {
		key, err := signer(c.ring, r.KeyID)
		if err != nil {
			return err
		}
		if key.ID() != made.key.ID() {
			return fmt.Errorf("%w: another key became the active one meanwhile", ErrConflict)
		}
		c.note("kid", key.ID())
		c.note("exp", r.ExpiresAt.UTC().Format(time.RFC3339))
		c.note("jti", r.ID)
		c.note("flaw", kind)
		return nil
	})
	if err != nil {
		return Flawed{}, err
	}
	return made, nil
}

// flawed fills in r from the store and makes the tokens, outside of any transaction: some take a new RSA key.
func (a *Authority) flawed(ctx context.Context, r *MintRequest, kind string) (Flawed, error) {
	if r.IssuedAt.IsZero() {
		if err := a.pastCut(ctx, r.Subject); err != nil {
			return Flawed{}, err
		}
	}
	s, err := a.state(ctx)
	if err != nil {
		return Flawed{}, err
	}
	now := a.now()
	key, err := s.drafted(r, now)
	if err != nil {
		return Flawed{}, err
	}
	return spoil(ctx, key, now, r, kind)
}

// MintFlawedWith is MintFlawed with a key from elsewhere, as MintWith is Mint.
func MintFlawedWith(ctx context.Context, key *token.Key, now time.Time, r MintRequest, kind string) (Flawed, error) {
	now = now.UTC().Truncate(time.Second)
	fillWith(&r, now)
	return spoil(ctx, key, now, &r, kind)
}

// spoil makes the tokens of a request that lacks nothing.
func spoil(ctx context.Context, key *token.Key, now time.Time, r *MintRequest, kind string) (f Flawed, err error) {
	f.key = key
	if f.Good[0], err = r.Sign(key); err != nil {
		return f, err
	}
	set, err := flaw.New(ctx, f.Good[0], key, now)
	if err != nil {
		return f, err
	}
	if f.Good[1], err = set.Good("again"); err != nil {
		return f, err
	}
	if kind == AllFlaws {
		f.Bad, err = set.All()
		return f, err
	}
	bad, err := set.Named(kind)
	f.Bad = []flaw.Token{bad}
	return f, err
}
