package cmd

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"jotkit/token"
)

// verifyOptions are what verify was told beside the token.
type verifyOptions struct {
	from   tokenInput
	key    keyInput
	bundle bundleInput
	want   token.Expect
	at     time.Time
	field  string
	expect string
	jws    bool
	each   bool
}

func newVerify(e *env) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [TOKEN]",
		Short: "Check a token and print its claims",
		Long: `Check a token and print its claims.

The exit status says why a token was refused: see jotkit help
exit-codes. Without a key the store's keys are taken, its issuer
and audience are expected, and revocation is asked. With a key
from elsewhere no store is touched, and what you do not ask for
is not checked: the report says so. A bundle stands for the store
that it was exported from, as it was then.

Published keys are kept for as long as their server allows. It is
asked again about a kid that is new; when that was in vain, not
again for 30 seconds.`,
		Example: `  jotkit verify "$T"
  jotkit login ada | jotkit verify -
  jotkit verify --key issuer.pem --iss https://id.example --aud api "$T"
  jotkit verify --issuer https://id.example --aud api "$T"
  jotkit verify --jwks https://id.example/jwks.json "$T"
  jotkit verify --min-ttl 5m --field sub "$T"
  jotkit verify --bundle bundle.jot --max-bundle-age 1h "$T"
  jotkit verify --expect contract.json --each --token-file tokens`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.expect != "" {
				if err := e.expectFile(c.Context(), c.Flags(), o.expect); err != nil {
					return err
				}
			}
			if err := o.settle(); err != nil {
				return err
			}
			if o.each {
				return e.verifyEach(c.Context(), args, o)
			}
			return e.verifyOne(c.Context(), args, o)
		},
	}
	o.bind(e, c)
	return c
}

func (o *verifyOptions) bind(e *env, c *cobra.Command) {
	f := c.Flags()
	o.from.bind(f)
	o.key.bind(c)
	o.key.publicInput.bind(c)
	o.bundle.bind(f)
	bindExpect(f, &o.want)
	f.Var(momentValue{&o.at, e.now}, "at", "verify as of the time `T`")
	f.Var(nonEmpty{&o.field}, "field", "print one field `PATH`: sub, a.b, header.kid")
	f.BoolVar(&o.jws, "jws", false, "check the signature alone and print the payload as it is")
	f.Var(nonEmpty{&o.expect}, "expect", "expect what the JSON file `F` says, by the names of these flags")
	f.BoolVar(&o.each, "each", false, "one token a line in, one JSON verdict a line out")
	c.MarkFlagsMutuallyExclusive("each", "field")
	for _, other := range []string{
		"iss", "aud", "typ", "require", "scope", "role", "leeway", "max-age", "min-ttl", "at", "field", "expect", "each",
	} {
		c.MarkFlagsMutuallyExclusive("jws", other)
	}
}

// settle refuses flags that would do nothing, and has the issuer whose keys are asked for expected.
func (o *verifyOptions) settle() (err error) {
	if err := cmp.Or(o.key.check(), o.bundle.check()); err != nil {
		return err
	}
	if o.key.given() && o.bundle.given() {
		return errSources
	}
	o.want.Issuers, err = o.key.expected(o.want.Issuers)
	return err
}

func (e *env) verifyOne(ctx context.Context, args []string, o verifyOptions) error {
	raw, err := e.token(ctx, args, o.from)
	if err != nil {
		return err
	}
	examine, err := e.examiner(ctx, o)
	if err != nil {
		return err
	}
	report, err := examine(ctx, raw)
	if err != nil {
		return err
	}
	return e.showVerdict(report, o)
}

// showVerdict answers with the claims of a good token, and with --json with the report of any.
func (e *env) showVerdict(r *token.Report, o verifyOptions) error {
	refused := r.Err()
	if e.json && o.field == "" {
		if err := e.printReport(newReportJSON(r)); err != nil {
			return err
		}
		return refused
	}
	e.showReport(r)
	switch {
	case refused != nil:
		return refused
	case o.jws:
		return e.printPayload(r.Payload())
	case o.field != "":
		value, err := field(r.Header(), r.Payload(), o.field)
		if err != nil {
			return err
		}
		return e.printField(value)
	}
	claims, err := indented(r.Payload())
	if err != nil {
		return err
	}
	return e.print(claims + "\n")
}

// printPayload writes a payload that may be anything. A terminal is shown it safely, all else gets the very bytes.
func (e *env) printPayload(payload []byte) error {
	if e.term.out {
		return e.print(escaped(string(payload), func(r rune) bool { return r != '\n' && r != '\t' && steers(r) }))
	}
	_, err := e.out.Write(payload)
	return err
}
