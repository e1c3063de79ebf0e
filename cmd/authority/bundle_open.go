package authority

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// OpenBundle reads the file of a bundle and checks that it is whole, as one of its own keys signed it. Everything else is
// ErrBundle. Whether it is still good, and of whom, is for [Bundle.Check].
func OpenBundle(data []byte) (*Bundle, error) {
	if len(data) > MaxBundle {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrBundle, MaxBundle>>20)
	}
	line, body, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return nil, fmt.Errorf("%w: it is not a token and what that signs", ErrBundle)
	}
	raw := string(line[:min(len(line), token.MaxLength+1)]) // a longer one is refused by its length
	says, err := token.Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: its first line: %v", ErrBundle, err) // %v: no verdict on a token that anybody asked about
	}
	// The keys to check the line with come after it. So its sum is taken at its word at first: of what follows, nothing is
	// read that is not what the line stands for.
	switch says.Text(sumClaim) {
	case "":
		return nil, fmt.Errorf("%w: its first line is a token of another kind", ErrBundle)
	case sumOf(body):
	default:
		return nil, fmt.Errorf("%w: it was changed or cut off since it was signed", ErrBundle)
	}
	b := &Bundle{}
	if err := b.readBody(body); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrBundle, err) // %v: it is no fault of the store
	}
	_, _, made := says.Times()
	if err := b.readLine(raw, made.Time); err != nil {
		return nil, fmt.Errorf("%w: its first line: %v", ErrBundle, err)
	}
	return b, nil
}

// readLine verifies the first line as of when it says it was made.
func (b *Bundle) readLine(raw string, made time.Time) error {
	signers, err := token.NewKeySet(b.Keys...)
	if err != nil {
		return err
	}
	v := token.Verifier{
		Keys: signers,
		Now:  func() time.Time { return made },
		Expect: token.Expect{
			Types:   []string{bundleType},
			Require: []token.Requirement{{Name: "iss"}, {Name: "iat"}, {Name: "jti"}},
		},
	}
	claims, err := v.Verify(context.Background(), raw)
	if err != nil {
		return err
	}
	if claims.Issuer == "" {
		return errors.New("an empty iss")
	}
	key, err := signers.Key(context.Background(), claims.Header.KeyID)
	if err != nil {
		return err
	}
	b.ID, b.Issuer, b.Signer = claims.ID, claims.Issuer, keyring.Thumbprint(key)
	b.IssuedAt, b.ExpiresAt = claims.IssuedAt, claims.ExpiresAt
	return nil
}

// Check tells whether the bundle may be trusted now: ErrBundleSigner, ErrBundleStale, or ErrBundle for one from the future.
func (b *Bundle) Check(now time.Time, t Trust) error {
	switch {
	case len(t.Signers) > 0 && !slices.Contains(t.Signers, b.Signer):
		return fmt.Errorf("%w: it was signed by %s", ErrBundleSigner, b.Signer)
	case b.IssuedAt.After(now.Add(t.Leeway)):
		return fmt.Errorf("%w: it was made at %s, which is still to come", ErrBundle, stamp(b.IssuedAt))
	case !now.Before(b.ExpiresAt):
		return fmt.Errorf("%w: it was good until %s", ErrBundleStale, stamp(b.ExpiresAt))
	case t.MaxAge > 0 && now.Sub(b.IssuedAt) > t.MaxAge:
		return fmt.Errorf("%w: it was made at %s, and at most %v ago is asked for", ErrBundleStale, stamp(b.IssuedAt), t.MaxAge)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Examine verifies a token as [Authority.Examine] did when the bundle was made. What was revoked since, it does not know.
func (b *Bundle) Examine(ctx context.Context, raw string, e token.Expect, at, now time.Time) (*token.Report, error) {
	d := denials{at: at, now: now}
	if !at.IsZero() {
		d.now = b.IssuedAt // no record has gone since
	}
	own := Settings{Issuer: b.Issuer, Audience: b.Audience}
	v := token.Verifier{Keys: b.all, Now: d.then, Expect: own.expect(e), Revocations: &listedDenials{d, b.denied}}
	return v.Examine(ctx, raw)
}
