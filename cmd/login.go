package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newLogin(e *env) *cobra.Command {
	var r authority.LoginRequest
	var from passwordInput
	c := &cobra.Command{
		Use:   "login NAME",
		Short: "Log in, and get an access token",
		Example: `  T=$(jotkit login ada)
  jotkit login ada --aud api --scope profile --ttl 5m
  jotkit login ci --password-file /run/secrets/ci --json`,
		Args: exactly("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			r.Name = args[0]
			if r.Password, err = e.password(c.Context(), from, false); err != nil {
				return err
			}
			grant, err := a.Login(c.Context(), r)
			switch {
			case err != nil:
				return err
			case e.json:
				return e.printJSON(grant)
			}
			return e.print(grant.AccessToken + "\n")
		},
	}
	from.bind(c)
	c.Flags().Var(listValue{&r.Audience}, "aud", "for the audience `A`, instead of the store's")
	c.Flags().Var(listValue{&r.Scopes}, "scope", "only the scope `S` of those that the roles give")
	c.Flags().Var(durationValue{&r.TTL, time.Second}, "ttl", "how long the token lives, `D`")
	return c
}
