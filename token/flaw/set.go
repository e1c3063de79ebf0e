package flaw

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"jotkit/token"
)

// A Set makes bad tokens out of a good one. It is for one goroutine.
type Set struct {
	header, payload []token.Member
	typ             string
	key             *token.Key
	now             time.Time
	life            time.Duration              // that the good token has left
	stranger        func() (*token.Key, error) // a key of the same algorithm that nobody trusts
}

// New takes a good token apart, which key has signed and which is valid now, or it is ErrNotGood. Without iss or aud in it
// the kinds about those cannot be made.
func New(ctx context.Context, good string, key *token.Key, now time.Time) (*Set, error) {
	keys, err := token.NewKeySet(key)
	if err != nil {
		return nil, err
	}
	v := token.Verifier{Keys: keys, Now: func() time.Time { return now }}
	claims, err := v.Verify(ctx, good)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotGood, err) // no %w: this is no verdict for who hands tokens on
	}
	header, err := token.ParseObject(claims.Header.JSON())
	if err != nil {
		return nil, err
	}
	payload, err := token.ParseObject(claims.JSON())
	if err != nil {
		return nil, err
	}
	return &Set{
		header: header, payload: payload, typ: claims.Header.Type,
		key: key, now: now, life: claims.ExpiresAt.Sub(now),
		stranger: sync.OnceValues(func() (*token.Key, error) {
			return token.GenerateKey(key.Algorithm()) // an RSA key takes a while, so there is one for all who ask
		}),
	}, nil
}

// Good makes another good token, whose jti ends in mark.
func (s *Set) Good(mark string) (string, error) { return s.take(mark).sign() }

// take begins a token that is still good. Its jti, if there is one, gets an end of its own: who accepts a jti only once
// has no reason to refuse it, and the name of the flaw is in the logs of who let it in.
func (s *Set) take(mark string) *forgery {
	f := &forgery{Set: s, header: slices.Clone(s.header), payload: slices.Clone(s.payload)}
	for _, id := range f.texts("jti") {
		f.claim("jti", quoted(id+"."+mark))
	}
	return f
}
