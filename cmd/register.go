package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"jotkit/userdb"
)

func newRegister(e *env) *cobra.Command {
	var roles []string
	var from passwordInput
	c := &cobra.Command{
		Use:   "register NAME",
		Short: "Add a person or a service",
		Example: `  jotkit register ada
  jotkit register root --role admin
  jotkit register ci --role service --password-file /run/secrets/ci`,
		Args: exactly("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := userdb.ParseName(args[0]); err != nil {
				return err // before a store is made for nobody
			}
			password, err := e.password(c.Context(), from, true)
			if err != nil {
				return err
			}
			a, err := e.writing(c.Context())
			if err != nil {
				return err
			}
			user, err := a.Register(c.Context(), args[0], password, roles)
			if err != nil {
				return err
			}
			e.note("registered %q, %s", user.Name, rolesOf(user.Roles))
			if e.json {
				return e.printJSON(newUserJSON(*user))
			}
			return nil
		},
	}
	from.bind(c)
	c.Flags().Var(listValue{&roles}, "role", "give the role `R` instead of user")
	return c
}

func rolesOf(roles []string) string {
	switch len(roles) {
	case 0:
		return "without a role"
	case 1:
		return "role " + roles[0]
	}
	return "roles " + strings.Join(roles, ", ")
}
