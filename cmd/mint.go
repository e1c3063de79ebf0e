package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/token"
)

// mintOptions are what mint was told.
type mintOptions struct {
	authority.MintRequest
	key    keyInput
	claims string
	extra  []token.Member
	lines  bool // --count was given, so the answer is one document a line
	flaw   string
}

func newMint(e *env) *cobra.Command {
	var o mintOptions
	c := &cobra.Command{
		Use:   "mint --sub S",
		Short: "Make a token that says what you want",
		Long: `Make a token that says what you want.

It is signed with the store's active key, or with a key from
elsewhere; then no store is touched. For tests and for services:
people get theirs with login.

--flaw makes a bad token instead: what you say, with one thing
wrong, to test whoever accepts tokens. --flaw all makes one of
each kind, and --json adds the verdict that each should get.`,
		Example: `  jotkit mint --sub ada
  jotkit mint --sub ci --aud api --ttl 5m -c env=prod -c build:=17
  jotkit mint --sub ada --key private.pem
  jotkit mint --claims claims.json --exp now+1h
  jotkit mint --flaw list
  jotkit mint --sub ada --flaw all --json`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.flaw == listFlaws {
				return e.listFlaws()
			}
			o.lines = c.Flags().Changed("count")
			if err := e.complete(c.Context(), &o); err != nil {
				return err
			}
			return e.mint(c.Context(), o)
		},
	}
	bindDraft(e, c, &o)
	c.Flags().Var(countValue{&o.Count}, "count", "make `N` tokens")
	c.Flags().Var(flawValue{&o.flaw}, "flaw", "make a bad token: `KIND`, all, or list to see them")
	c.MarkFlagsMutuallyExclusive("count", "jti")
	c.MarkFlagsMutuallyExclusive("count", "flaw")
	return c
}

// bindDraft binds what a token is to say and what signs it.
func bindDraft(e *env, c *cobra.Command, o *mintOptions) {
	f := c.Flags()
	f.Var(nonEmpty{&o.Subject}, "sub", "the subject `S`")
	f.Var(listValue{&o.Audience}, "aud", "an audience `A`, instead of the store's")
	f.Var(nonEmpty{&o.Issuer}, "iss", "the issuer `I`, instead of the store's")
	f.Var(durationValue{&o.TTL, time.Second}, "ttl", "how long it lives, `D`")
	f.Var(momentValue{&o.ExpiresAt, e.now}, "exp", "when it expires, `T`")
	f.Var(momentValue{&o.NotBefore, e.now}, "nbf", "not valid before the time `T`")
	f.Var(momentValue{&o.IssuedAt, e.now}, "iat", "issued at the time `T`")
	f.Var(nonEmpty{&o.ID}, "jti", "the id `J`, instead of a random one")
	f.Var(nonEmpty{&o.Type}, "typ", "the type `T`, instead of "+token.AccessToken)
	f.VarP(namedValue{&o.extra, checkClaimName}, "claim", "c", "a claim, as `NAME=TEXT` or NAME:=JSON")
	f.VarP(namedValue{&o.Headers, checkHeaderName}, "header", "H", "a header parameter, as `NAME=TEXT` or NAME:=JSON")
	f.Var(nonEmpty{&o.claims}, "claims", "more claims, from a JSON object in the file `F` or -")
	o.key.bind(c)
	f.Var(nonEmpty{&o.KeyID}, "kid", "sign with the store's key `K`")
	c.MarkFlagsMutuallyExclusive("ttl", "exp")
	c.MarkFlagsMutuallyExclusive("kid", "key")
	c.MarkFlagsMutuallyExclusive("kid", "secret-file")
}

// complete puts the claims from all places into the draft; what a flag said stays.
func (e *env) complete(ctx context.Context, o *mintOptions) error {
	if err := o.key.check(); err != nil {
		return err
	}
	if err := fillDraft(&o.Draft, o.extra); err != nil {
		return err
	}
	if o.claims != "" {
		more, err := e.readClaims(ctx, o.claims)
		if err != nil {
			return err
		}
		ttl := o.TTL
		if err := fillDraft(&o.Draft, more); err != nil {
			return err
		}
		if ttl != 0 {
			o.ExpiresAt = time.Time{}
		}
	}
	if o.Subject == "" {
		return usagef("give it with --sub", "the subject is missing")
	}
	if o.Count > 1 && o.ID != "" {
		return usagef("leave one of them out", "a jti for one token, and --count for several")
	}
	return nil
}

func (e *env) mint(ctx context.Context, o mintOptions) error {
	if o.flaw != "" {
		return e.mintFlawed(ctx, o)
	}
	p := e.progress("minting", max(o.Count, 1))
	defer p.end()
	show := func(m authority.Minted) error {
		p.step(1)
		switch {
		case e.json && o.lines:
			return e.printLine(m)
		case e.json:
			return e.printJSON(m)
		}
		return e.print(m.Token + "\n")
	}
	if o.key.given() {
		key, err := e.externalSigner(ctx, o.key)
		if err != nil {
			return err
		}
		return authority.MintWith(ctx, key, e.now(), o.MintRequest, show)
	}
	a, err := e.writing(ctx)
	if err != nil {
		return err
	}
	return a.Mint(ctx, o.MintRequest, show)
}
