package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
)

// An examiner reports on one token. What it needs was read when it was made, so that it may be asked about many tokens,
// by several goroutines at once.
type examiner func(ctx context.Context, raw string) (*token.Report, error)

// examiner reads what tokens are verified with: the key or the bundle that was named, or the store.
func (e *env) examiner(ctx context.Context, o verifyOptions) (examiner, error) {
	switch {
	case o.jws:
		return e.signatureExaminer(ctx, o)
	case o.bundle.given():
		return e.bundleExaminer(ctx, o)
	case o.key.given():
		return e.keyExaminer(ctx, o)
	}
	return e.storeExaminer(ctx, o)
}

// signatureExaminer looks at the signature alone, by the keys of any of these places.
func (e *env) signatureExaminer(ctx context.Context, o verifyOptions) (examiner, error) {
	keys, err := e.keySource(ctx, o)
	if err != nil {
		return nil, err
	}
	return (&token.Verifier{Keys: keys, Now: e.now}).ExamineSignature, nil
}

func (e *env) keySource(ctx context.Context, o verifyOptions) (token.KeySource, error) {
	switch {
	case o.bundle.given():
		b, err := e.trustedBundle(ctx, o)
		if err != nil {
			return nil, err
		}
		return b.Good()
	case o.key.given():
		return e.verifyingKeys(ctx, o.key)
	}
	a, err := e.reading(ctx)
	if err != nil {
		return nil, err
	}
	ring, err := a.Ring(ctx)
	if err != nil {
		return nil, err
	}
	return ring.Unrevoked(), nil
}

func (e *env) keyExaminer(ctx context.Context, o verifyOptions) (examiner, error) {
	keys, err := e.verifyingKeys(ctx, o.key)
	if err != nil {
		return nil, err
	}
	return (&token.Verifier{Keys: keys, Now: e.clockAt(o.at), Expect: o.want}).Examine, nil
}

// storeExaminer asks the store about one token, and for many a snapshot of it that is kept up with the store: a revoke by
// the next token, and by a look every second a store that was removed, damaged or put in the place of this one.
func (e *env) storeExaminer(ctx context.Context, o verifyOptions) (examiner, error) {
	a, err := e.reading(ctx)
	if err != nil {
		return nil, err
	}
	if !o.each {
		return func(ctx context.Context, raw string) (*token.Report, error) { return a.Examine(ctx, raw, o.want, o.at) }, nil
	}
	if _, err := e.follow(ctx, "verify "+e.host()); err != nil {
		return nil, err
	}
	live, err := authority.NewLive(ctx, a)
	if err != nil {
		return nil, err
	}
	look := time.NewTicker(time.Second).C
	return func(ctx context.Context, raw string) (*token.Report, error) {
		select {
		case <-look:
			_ = live.Look(ctx) // Examine tells of what went wrong
		default:
		}
		return live.Examine(ctx, raw, o.want, o.at)
	}, nil
}

// verifyingKeys reads the keys to verify with, or knows where they will come from. A key in a file that is too weak, or is
// not for the algorithm asked for, says something about every token of it: that is a verdict, and not a fault of the file.
func (e *env) verifyingKeys(ctx context.Context, k keyInput) (token.KeySource, error) {
	if k.remote() {
		return e.remoteKeys(k)
	}
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
