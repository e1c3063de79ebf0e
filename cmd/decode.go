package cmd

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"jotkit/token"
)

func newDecode(e *env) *cobra.Command {
	var from tokenInput
	var path string
	var utc, local bool
	c := &cobra.Command{
		Use:   "decode [TOKEN]",
		Short: "Show what a token says, unverified",
		Long: `Show what a token says, unverified.

Anyone may have written it: trust nothing of it before verify.
Neither a key nor the store is touched.`,
		Example: `  jotkit decode "$T"
  jotkit decode --field header.kid "$T"
  curl -s https://id.example/token | jq -r .access_token | jotkit decode`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := e.token(c.Context(), args, from)
			if err != nil {
				return err
			}
			u, err := token.Decode(raw)
			if err != nil {
				return err
			}
			zone := time.UTC
			if local {
				zone = time.Local
			}
			return e.showUnverified(u, path, zone)
		},
	}
	from.bind(c.Flags())
	c.Flags().Var(nonEmpty{&path}, "field", "print one field `PATH`: sub, a.b, header.kid")
	c.Flags().BoolVar(&utc, "utc", false, "times in UTC (the default)")
	c.Flags().BoolVar(&local, "local", false, "times in the time zone of this machine")
	c.MarkFlagsMutuallyExclusive("utc", "local")
	return c
}

func (e *env) showUnverified(u *token.Unverified, path string, zone *time.Location) error {
	if path != "" {
		value, err := field(u.Header.JSON(), u.Payload(), path)
		if err != nil {
			return err
		}
		e.note("NOT VERIFIED")
		return e.printField(value)
	}
	e.note("NOT VERIFIED: anyone may have written this; jotkit verify tells")
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
	e.showTimes(u, zone)
	return nil
}

type unverifiedJSON struct {
	Verified  bool            `json:"verified"` // false, so that nobody takes this for a verdict
	Header    json.RawMessage `json:"header"`
	Claims    json.RawMessage `json:"claims"`
	Signature string          `json:"signature"`
}
