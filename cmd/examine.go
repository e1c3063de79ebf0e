package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jotkit/token"
)

// examine verifies against the key that was named, or against the store.
func (e *env) examine(ctx context.Context, raw string, o verifyOptions) (*token.Report, error) {
	if !o.key.given() {
		return e.examineWithStore(ctx, raw, o)
	}
	keys, err := e.verifyingKeys(ctx, o.key)
	if err != nil {
		return nil, err
	}
	v := token.Verifier{Keys: keys, Now: e.clockAt(o.at), Expect: o.want}
	if o.jws {
		return v.ExamineSignature(ctx, raw)
	}
	return v.Examine(ctx, raw)
}

func (e *env) examineWithStore(ctx context.Context, raw string, o verifyOptions) (*token.Report, error) {
	a, err := e.reading(ctx)
	if err != nil {
		return nil, err
	}
	if !o.jws {
		return a.Examine(ctx, raw, o.want, o.at)
	}
	ring, err := a.Ring(ctx)
	if err != nil {
		return nil, err
	}
	return (&token.Verifier{Keys: ring, Now: e.now}).ExamineSignature(ctx, raw)
}

// verifyingKeys reads the keys to verify with. A key that is too weak, or is not for the algorithm asked for, says
// something about every token of it: that is a verdict, and not a fault of the file.
func (e *env) verifyingKeys(ctx context.Context, k keyInput) (*token.KeySet, error) {
	keys, err := e.externalKeys(ctx, k, true)
	if errors.Is(err, token.ErrWeakKey) || k.alg != "" && errors.Is(err, token.ErrKeyMismatch) {
		return nil, fmt.Errorf("%w: %w", token.AlgorithmRefused, err)
	}
	if err != nil {
		return nil, err
	}
	return token.NewKeySet(keys...)
}

// clockAt is a clock that stands still at a time, or goes where that is zero.
func (e *env) clockAt(at time.Time) func() time.Time {
	if at.IsZero() {
		return e.now
	}
	return func() time.Time { return at }
}
