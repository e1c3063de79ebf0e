package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"jotkit/cmd/authority"
	"jotkit/token"
)

// A bundleInput is a bundle in the place of the store.
type bundleInput struct {
	file    string
	maxAge  time.Duration
	signers []string
}

func (b *bundleInput) bind(f *pflag.FlagSet) {
	f.Var(nonEmpty{&b.file}, "bundle", "use the bundle `F` in the place of the store")
	f.Var(durationValue{&b.maxAge, time.Second}, "max-bundle-age", "at most `D` since the bundle was made")
	f.Var(listValue{&b.signers}, "bundle-signer", "the key `KID` made the bundle, or one of several")
}

func (b *bundleInput) given() bool { return b.file != "" }

// check refuses flags that would do nothing.
func (b *bundleInput) check() error {
	if !b.given() && (b.maxAge != 0 || len(b.signers) > 0) {
		return usagef("name it with --bundle", "--max-bundle-age or --bundle-signer without a bundle")
	}
	return nil
}

// bundleExaminer asks the bundle in the place of the store.
func (e *env) bundleExaminer(ctx context.Context, o verifyOptions) (examiner, error) {
	b, err := e.trustedBundle(ctx, o)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, raw string) (*token.Report, error) {
		return b.Examine(ctx, raw, o.want, o.at, e.now())
	}, nil
}

// trustedBundle reads the bundle that tokens are verified with. How old it is goes by the clock, whatever time is asked
// about: --at does not make an old one fresh.
func (e *env) trustedBundle(ctx context.Context, o verifyOptions) (*authority.Bundle, error) {
	b, err := e.readBundle(ctx, o.bundle.file)
	if err != nil {
		return nil, err
	}
	trust := authority.Trust{Signers: o.bundle.signers, MaxAge: o.bundle.maxAge, Leeway: o.want.Leeway}
	if err := b.Check(e.now(), trust); err != nil {
		return nil, fmt.Errorf("%q: %w", o.bundle.file, err)
	}
	return b, nil
}

// readBundle reads a bundle that is whole, however old it is.
func (e *env) readBundle(ctx context.Context, name string) (*authority.Bundle, error) {
	data, _, err := e.readFile(ctx, name, authority.MaxBundle)
	if err != nil {
		return nil, unreadable(errBundleFile, name, err)
	}
	b, err := authority.OpenBundle(data)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	return b, nil
}
