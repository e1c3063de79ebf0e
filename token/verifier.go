package token

import (
	"context"
	"errors"
	"strings"
	"time"
)

// A Verifier decides whether tokens are genuine, alive and meant for the caller. The zero Verifier accepts nothing.
// A Verifier may be used by many goroutines at once.
type Verifier struct {
	// Keys is where keys come from; there is no other way to a key.
	Keys KeySource
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Expect is what tokens must be beyond genuine and alive.
	Expect Expect
	// Revocations is asked last, and only about genuine tokens; nil is not asked.
	Revocations Revocations
}

// Revocations knows which tokens have been taken back.
type Revocations interface {
	// Revoked tells by what the token was revoked, such as "token" or "user", or "" where it was not. ErrNoRecord means
	// that nobody can know any more; any other error means that the answer is not known now, and fails the verification.
	Revoked(ctx context.Context, c *Claims) (by string, err error)
}

// ErrNoRecord comes back from Revocations when the record that would tell may be gone already.
var ErrNoRecord = errors.New("the record may be gone")

// Verify returns the claims of a token that passes every check. Otherwise the error is a *Refusal, or one that means
// no verdict could be reached: from the key source, from the revocations, or ErrExpect.
func (v *Verifier) Verify(ctx context.Context, raw string) (*Claims, error) {
	report, err := v.Examine(ctx, raw)
	if err != nil {
		return nil, err
	}
	return report.Claims()
}

// Examine is Verify with every check in writing. Its error means that no verdict could be reached; there is no report then.
func (v *Verifier) Examine(ctx context.Context, raw string) (*Report, error) {
	if err := v.Expect.check(); err != nil {
		return nil, err
	}
	r := v.report(raw)
	d := desks.Get().(*desk)
	defer desks.Put(d)
	if err := v.genuine(ctx, r, d, raw); err != nil {
		return nil, err // no report: what passed so far is no verdict, should somebody overlook the error
	}
	if r.Reason() != "" {
		return r, nil
	}
	if r.readClaims(d); !r.examined {
		return r, nil
	}
	r.judge()
	if err := v.askRevocations(ctx, r); err != nil {
		return nil, err
	}
	return r, nil
}

// ExamineSignature checks shape, header, algorithm, key and signature of any compact JWS (RFC 7515), and nothing of the
// payload, which may be any bytes and is in the report's Payload once the signature is good.
func (v *Verifier) ExamineSignature(ctx context.Context, raw string) (*Report, error) {
	r := v.report(raw)
	d := desks.Get().(*desk)
	defer desks.Put(d)
	if err := v.genuine(ctx, r, d, raw); err != nil {
		return nil, err
	}
	return r, nil
}

func (v *Verifier) report(raw string) *Report {
	return &Report{at: v.now(), expect: v.Expect, length: len(raw)}
}

func (v *Verifier) now() time.Time {
	if v.Now == nil {
		return time.Now()
	}
	return v.Now()
}

// genuine checks up to the signature, on the bytes as they were received.
func (v *Verifier) genuine(ctx context.Context, r *Report, d *desk, raw string) error {
	parts, err := d.take(raw)
	if err != nil {
		r.fail(checkShape, Malformed, err)
		return nil
	}
	r.set(checkShape, passed)
	header := &r.claims.Header
	if *header, err = d.readHeader(parts.header); err != nil {
		r.fail(checkHeader, Malformed, err)
		return nil
	}
	switch {
	case strings.EqualFold(header.Algorithm, "none"): // before any key: there is none to ask for
		r.set(checkAlgorithm, failedFor(AlgorithmRefused))
	case header.extension != "":
		r.set(checkHeader, failedFor(Malformed))
	default:
		r.set(checkHeader, passed)
		return v.signed(ctx, r, parts.signed(raw), d)
	}
	return nil
}

// signed finds the key and checks the algorithm and the signature with it.
func (v *Verifier) signed(ctx context.Context, r *Report, input string, d *desk) (err error) {
	header := &r.claims.Header
	r.key, err = v.key(ctx, header.KeyID)
	if errors.Is(err, ErrUnknownKey) {
		r.set(checkKey, failedFor(BadSignature))
		return nil
	}
	if err != nil {
		return err
	}
	r.set(checkKey, passed)
	if header.Algorithm != r.key.Algorithm() {
		r.set(checkAlgorithm, failedFor(AlgorithmRefused))
		return nil
	}
	r.set(checkAlgorithm, passed)
	if r.key.verify(input, d.signature) != nil {
		r.set(checkSignature, failedFor(BadSignature))
		return nil
	}
	r.set(checkSignature, passed)
	r.claims.payload = string(d.payload) // claims are parts of it, for as long as somebody has them
	return nil
}

// readClaims reads the claims of a genuine token. Those of a wrong type are failed checks.
func (r *Report) readClaims(d *desk) {
	err := d.json.claims(&r.claims, func(name string) {
		r.set(claimCheck(name), failedFor(Malformed))
	})
	if err != nil {
		clear(r.outcomes[checkExp:]) // what looked like claims were none
		r.fail(checkPayload, Malformed, err)
		return
	}
	r.set(checkPayload, passed)
	r.examined = true
}

func (v *Verifier) key(ctx context.Context, kid string) (*Key, error) {
	if v.Keys == nil {
		return nil, ErrUnknownKey
	}
	k, err := v.Keys.Key(ctx, kid)
	if err == nil && k == nil {
		return nil, ErrUnknownKey
	}
	return k, err
}

func (v *Verifier) askRevocations(ctx context.Context, r *Report) error {
	if v.Revocations == nil {
		r.set(checkRevocation, skipped)
		return nil
	}
	by, err := v.Revocations.Revoked(ctx, &r.claims)
	switch {
	case errors.Is(err, ErrNoRecord):
		r.fail(checkRevocation, ClaimMismatch, err)
	case err != nil:
		return err
	default:
		r.revokedBy = by
		r.set(checkRevocation, passedIf(by == "", Revoked))
	}
	return nil
}
