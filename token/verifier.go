package token

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	r := &Report{at: v.now()}
	header, err := v.genuine(ctx, r, raw)
	if err != nil {
		return nil, err // no report: what passed so far is no verdict, should somebody overlook the error
	}
	if r.Reason() != "" {
		return r, nil
	}
	members, err := ParseObject(r.Payload)
	if err != nil {
		r.fail("payload", Malformed, "a JSON object of claims", err.Error())
		return r, nil
	}
	r.pass("payload", fmt.Sprintf("%d claims", len(members)))
	r.claims = &Claims{Header: header, members: members, payload: r.Payload}
	v.judge(r)
	if err := v.askRevocations(ctx, r); err != nil {
		return nil, err
	}
	return r, nil
}

// ExamineSignature checks shape, header, algorithm, key and signature of any compact JWS (RFC 7515), and nothing of the
// payload, which may be any bytes and is in the report's Payload once the signature is good.
func (v *Verifier) ExamineSignature(ctx context.Context, raw string) (*Report, error) {
	r := &Report{at: v.now()}
	if _, err := v.genuine(ctx, r, raw); err != nil {
		return nil, err
	}
	return r, nil
}

func (v *Verifier) now() time.Time {
	if v.Now == nil {
		return time.Now()
	}
	return v.Now()
}

// genuine checks up to the signature, on the bytes as they were received. It sets the report's Payload only at the end.
func (v *Verifier) genuine(ctx context.Context, r *Report, raw string) (Header, error) {
	parts, err := split(raw)
	if err != nil {
		r.fail("shape", Malformed, "three base64url parts", err.Error())
		r.cause = err
		return Header{}, nil
	}
	r.pass("shape", fmt.Sprintf("three parts, %d bytes", len(raw)))
	header, err := parseHeader(parts.header)
	if err != nil {
		r.fail("header", Malformed, "a JSON object with alg", err.Error())
		return header, nil
	}
	r.Header = header.JSON()
	if strings.EqualFold(header.Algorithm, "none") { // before any key: there is none to ask for
		r.fail("algorithm", AlgorithmRefused, "a signature", header.Algorithm)
		return header, nil
	}
	if name := header.extension(); name != "" {
		r.fail("header", Malformed, "no extension that must be understood", name)
		return header, nil
	}
	r.pass("header", "typ "+orNone(header.Type))
	return header, v.signed(ctx, r, header, parts)
}

// signed finds the key and checks the algorithm and the signature with it.
func (v *Verifier) signed(ctx context.Context, r *Report, header Header, parts *compact) error {
	key, err := v.key(ctx, header.KeyID)
	if errors.Is(err, ErrUnknownKey) {
		r.fail("key", BadSignature, "a key that is known here", "kid "+orNone(header.KeyID))
		return nil
	}
	if err != nil {
		return err
	}
	r.pass("key", cmp.Or(key.ID(), "the only key"))
	r.check("algorithm", header.Algorithm == key.Algorithm(), AlgorithmRefused, key.Algorithm(), header.Algorithm)
	if r.Reason() != "" {
		return nil
	}
	if key.verify(parts.signed, parts.signature) != nil {
		r.fail("signature", BadSignature, "a signature by this key over these bytes", "another")
		return nil
	}
	r.pass("signature", "good")
	r.Payload = parts.payload
	return nil
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
		r.skip("revocation", "not asked")
		return nil
	}
	by, err := v.Revocations.Revoked(ctx, r.claims)
	switch {
	case errors.Is(err, ErrNoRecord):
		r.add(Check{"revocation", Skip, "a record of that time", err.Error(), ClaimMismatch})
	case err != nil:
		return err
	case by == "":
		r.pass("revocation", "not revoked")
	default:
		r.fail("revocation", Revoked, "not revoked", "the "+by+" was revoked")
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}
