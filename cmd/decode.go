package cmd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"jotkit/token"
)

const notVerified = "NOT VERIFIED: anyone may have written this; jotkit verify tells"

// decodeOptions are what decode was told beside the token.
type decodeOptions struct {
	from       tokenInput
	field      string
	utc, local bool
	scan       bool
	checkExp   bool
	least      time.Duration
}

func newDecode(e *env) *cobra.Command {
	var o decodeOptions
	c := &cobra.Command{
		Use:   "decode [TOKEN]",
		Short: "Show what a token says, unverified",
		Long: `Show what a token says, unverified.

Anyone may have written it: trust nothing of it before verify.
Neither a key nor the store is touched.

--scan lists every token in a log, a HAR or any other text of any
length, by line and column, and shows of each what it says but
not the token, which only --json has. It reads stdin or
--token-file, and ends with 5 where it finds none.

--check-exp says whether a cached token may still be used: 0 while
it lives, else 10, 12, 13, 14 or 17 as verify has them, and nothing
on stdout. No leeway is given, for a token is best renewed early.`,
		Example: `  jotkit decode "$T"
  jotkit decode --field header.kid "$T"
  curl -s https://id.example/token | jq -r .access_token | jotkit decode -
  curl -v https://api.example 2>&1 | jotkit decode --scan
  jotkit decode --scan --field sub --token-file app.log | sort | uniq -c
  jotkit decode --check-exp --min-ttl 5m --token-file cached ||
    jotkit login ada >cached`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error { return e.decode(c.Context(), args, o) },
	}
	o.bind(c)
	return c
}

func (o *decodeOptions) bind(c *cobra.Command) {
	f := c.Flags()
	o.from.bind(f)
	f.Var(nonEmpty{&o.field}, "field", "print one field `PATH`: sub, a.b, header.kid")
	f.BoolVar(&o.utc, "utc", false, "times in UTC (the default)")
	f.BoolVar(&o.local, "local", false, "times in the time zone of this machine")
	f.BoolVar(&o.scan, "scan", false, "list every token in a text")
	f.BoolVar(&o.checkExp, "check-exp", false, "say by the exit status whether it is alive")
	f.Var(durationValue{&o.least, time.Second}, "min-ttl", "with --check-exp: alive for at least `D` more")
	c.MarkFlagsMutuallyExclusive("utc", "local")
	c.MarkFlagsMutuallyExclusive("scan", "check-exp")
	for _, other := range []string{"utc", "local"} { // the list says how far away the dates are
		c.MarkFlagsMutuallyExclusive("scan", other)
	}
	c.MarkFlagsMutuallyExclusive("check-exp", "field")
}

func (e *env) decode(ctx context.Context, args []string, o decodeOptions) error {
	switch {
	case o.least != 0 && !o.checkExp:
		return usagef("add --check-exp, or take verify", "--min-ttl without --check-exp")
	case o.scan:
		return e.scan(ctx, args, o)
	}
	raw, err := e.token(ctx, args, o.from)
	if err != nil {
		return err
	}
	u, err := token.Decode(raw)
	switch {
	case o.checkExp:
		return e.checkExp(u, err, o)
	case err != nil:
		return err
	}
	return e.showUnverified(u, o)
}

func (o *decodeOptions) zone() *time.Location {
	if o.local {
		return time.Local
	}
	return time.UTC
}

func (e *env) showUnverified(u *token.Unverified, o decodeOptions) error {
	if o.field != "" {
		value, err := field(u.Header.JSON(), u.Payload(), o.field)
		if err != nil {
			return err
		}
		e.note("NOT VERIFIED")
		return e.printField(value)
	}
	e.note(notVerified)
	if e.json {
		return e.printJSON(unverifiedJSON{
			Header: u.Header.JSON(), Claims: u.Payload(), Signature: base64.RawURLEncoding.EncodeToString(u.Signature()),
		})
	}
	for _, part := range []json.RawMessage{u.Header.JSON(), u.Payload()} {
		text, err := indented(part)
		if err != nil {
			return err
		}
		if err := e.print(text + "\n"); err != nil {
			return err
		}
	}
	e.showTimes(u, o.zone())
	return nil
}

type unverifiedJSON struct {
	Verified  bool            `json:"verified"` // false, so that nobody takes this for a verdict
	Header    json.RawMessage `json:"header"`
	Claims    json.RawMessage `json:"claims"`
	Signature string          `json:"signature"`
}
