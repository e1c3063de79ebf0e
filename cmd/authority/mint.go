package authority

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// A MintRequest asks for tokens that say what the draft says. What the draft leaves open comes from the settings.
type MintRequest struct {
	token.Draft
	TTL   time.Duration // where the draft has no ExpiresAt
	KeyID string        // kid, start of one, or version of the key to sign with; "" is the active one
	Count int           // 0 is 1; several tokens differ in their jti
}

// Minted is one token with what a script wants to know of it.
type Minted struct {
	Token     string `json:"token"`
	KeyID     string `json:"kid"`
	Algorithm string `json:"alg"`
	ID        string `json:"jti"`
	ExpiresAt int64  `json:"exp"` // Unix seconds
}

// Mint makes tokens with a key of the store, and hands each to the caller. One audit line stands for all of them, and is
// written before the first is handed out. Too long a life, or a key that must not sign, is ErrPolicy.
func (a *Authority) Mint(ctx context.Context, r MintRequest, each func(Minted) error) error {
	if err := a.rehearse(ctx, r); err != nil {
		return a.refused(ctx, "mint", r.Subject, err)
	}
	if r.IssuedAt.IsZero() {
		if err := a.pastCut(ctx, r.Subject); err != nil {
			return a.refused(ctx, "mint", r.Subject, err)
		}
	}
	var key *token.Key
	err := a.change(ctx, "mint", r.Subject, func(c *change) (err error) {
		if key, err = c.drafted(&r, c.now); err != nil {
			return err
		}
		c.note("kid", key.ID())
		c.note("exp", r.ExpiresAt.UTC().Format(time.RFC3339))
		if r.Count > 1 {
			c.note("count", strconv.Itoa(r.Count))
		} else {
			c.note("jti", r.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return mint(ctx, key, r, each)
}

// rehearse signs the first token and throws it away, so that a draft nobody can sign leaves no line of tokens made.
func (a *Authority) rehearse(ctx context.Context, r MintRequest) error {
	s, err := a.state(ctx)
	if err != nil {
		return err
	}
	key, err := s.drafted(&r, a.now())
	if err != nil {
		return err
	}
	_, err = r.Sign(key)
	return err
}

// drafted fills in what the request leaves open, and finds the key that is to sign it.
func (s state) drafted(r *MintRequest, now time.Time) (*token.Key, error) {
	if err := s.settings.complete(&r.Draft, r.TTL, now); err != nil {
		return nil, err
	}
	return s.signing(r.KeyID, now)
}

// MintWith makes tokens with a key from elsewhere. There is no store in it, so neither settings nor limits nor audit.
func MintWith(ctx context.Context, key *token.Key, now time.Time, r MintRequest, each func(Minted) error) error {
	fillWith(&r, now.UTC().Truncate(time.Second))
	return mint(ctx, key, r, each)
}

// fillWith sets what every token has, where there is no store to ask.
func fillWith(r *MintRequest, now time.Time) {
	ttl := r.TTL
	if ttl == 0 {
		ttl = DefaultSettings().TTL
	}
	fill(&r.Draft, ttl, now)
}

func mint(ctx context.Context, key *token.Key, r MintRequest, each func(Minted) error) error {
	for i := range max(r.Count, 1) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if i > 0 {
			r.ID = newID()
		}
		raw, err := r.Sign(key)
		if err != nil {
			return err
		}
		if err := each(Minted{raw, key.ID(), key.Algorithm(), r.ID, r.ExpiresAt.Unix()}); err != nil {
			return err
		}
	}
	return nil
}

// signer finds the key to sign with. A key that has retired does not sign any more, even where it still could.
func signer(ring *keyring.Ring, selector string) (*token.Key, error) {
	if selector == "" {
		return ring.Active()
	}
	entry, err := ring.Find(selector)
	if err != nil {
		return nil, err
	}
	if entry.State != keyring.Active && entry.State != keyring.Next {
		return nil, fmt.Errorf("%w: the key %s is %s and signs no more", ErrPolicy, entry.KID, entry.State)
	}
	return ring.Whole(entry.KID)
}
