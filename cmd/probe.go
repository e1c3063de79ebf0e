package cmd

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/token/flaw"
)

// probeSubject is who probe's tokens are about where nobody is named.
const probeSubject = "probe"

// probeOptions are what probe was told beside the URL.
type probeOptions struct {
	mintOptions
	own string
}

func newProbe(e *env) *cobra.Command {
	var o probeOptions
	c := &cobra.Command{
		Use:   "probe URL",
		Short: "See which bad tokens your own service lets in",
		Long: `See which bad tokens your own service lets in.

It is asked with GET: without a token, which it has to refuse;
with a good one, which it has to let in; with every bad one of
mint --flaw list; and with a good one again. An answer of 200 to
299 lets in. The flags say what the good token is, as with mint.
It ends with 14 where a bad one was let in.

The requests go one after the other over one connection. Without
--i-own-this only this machine is asked.`,
		Example: `  jotkit probe http://127.0.0.1:8080/protected
  jotkit probe --key k.pem --iss me --aud api http://127.0.0.1:3000/me
  jotkit probe --i-own-this api.example https://api.example/me`,
		Args: exactly("URL"),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := e.probed(args[0], o.own)
			if err != nil {
				return err
			}
			if o.claims == "" { // which may name another
				o.Subject = cmp.Or(o.Subject, probeSubject)
			}
			if err := e.complete(c.Context(), &o.mintOptions); err != nil {
				return err
			}
			return e.probe(c.Context(), at, o)
		},
	}
	bindDraft(e, c, &o.mintOptions)
	c.Flags().Var(nonEmpty{&o.own}, "i-own-this", "`HOST` is the host of the URL, and mine to test")
	return c
}

// probe asks the service and tells what it let in. Nothing can be told of one that lets in a request without a token, or
// refuses a good one: it may have refused the bad ones for another cause than their flaw.
func (e *env) probe(ctx context.Context, at *probedURL, o probeOptions) error {
	ctx, cancel := context.WithTimeoutCause(ctx, probeTime, errProbeTime)
	defer cancel()
	p := newProber(at)
	defer p.close()
	if err := p.refusesNone(ctx); err != nil {
		return err
	}
	made, err := e.flawed(ctx, o.mintOptions, authority.AllFlaws, e.changing) // nobody trusts the key of a new store
	if err != nil {
		return err
	}
	if err := p.letsIn(ctx, made.Good[0], "a good token is not let in"); err != nil {
		return err
	}
	rows, err := e.probeAll(ctx, p, made.Bad)
	switch {
	case err == nil:
		err = p.letsIn(ctx, made.Good[1], "a good token is not let in any more after the bad ones")
	case !errors.Is(err, errProbeTime):
		return err
	}
	return e.showProbe(rows, err)
}

// probeAll sends the bad tokens. With an error come the rows of those that were sent before it.
func (e *env) probeAll(ctx context.Context, p *prober, bad []flaw.Token) ([]probeRow, error) {
	progress := e.progress("probing", len(bad))
	defer progress.end()
	var rows []probeRow
	for _, t := range bad {
		row, err := p.tries(ctx, t)
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
		progress.step(1)
	}
	return rows, nil
}
