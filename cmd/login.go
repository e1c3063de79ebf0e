package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newLogin(e *env) *cobra.Command {
	var r authority.LoginRequest
	var from passwordInput
	var to refreshInput
	c := &cobra.Command{
		Use:   "login NAME",
		Short: "Log in, and get an access token",
		Long: `Log in, and get an access token.

With --refresh-file or --json a session is opened, and there is a
refresh token too: see jotkit refresh --help.`,
		Example: `  T=$(jotkit login ada)
  jotkit login ada --aud api --scope profile --ttl 5m
  jotkit login ada --refresh-file session > token
  jotkit login ci --password-file /run/secrets/ci --json`,
		Args: exactly("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			r.Name, r.Session = args[0], e.json || to.file != ""
			if r.Password, err = e.password(c.Context(), from, false); err != nil {
				return err
			}
			if err := to.ready(); err != nil {
				return err
			}
			grant, err := a.Login(c.Context(), r)
			if err == nil && to.file != "" {
				err = to.keep(grant.RefreshToken)
			}
			if err != nil {
				return err
			}
			return e.showGrant(grant)
		},
	}
	from.bind(c)
	c.Flags().Var(listValue{&r.Audience}, "aud", "for the audience `A`, instead of the store's")
	c.Flags().Var(listValue{&r.Scopes}, "scope", "only the scope `S` of those that the roles give")
	c.Flags().Var(durationValue{&r.TTL, time.Second}, "ttl", "how long the token lives, `D`")
	to.bind(c.Flags(), "open a session, and write its refresh token to the file `F`")
	return c
}
