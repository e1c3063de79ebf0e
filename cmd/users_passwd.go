package cmd

import "github.com/spf13/cobra"

func newUsersPasswd(e *env) *cobra.Command {
	var from passwordInput
	c := &cobra.Command{
		Use:     "passwd NAME",
		Short:   "Set another password, and end their tokens",
		Example: "  jotkit users passwd ada",
		Args:    exactly("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			user, err := a.User(c.Context(), args[0]) // before anybody types a password for nothing
			if err != nil {
				return err
			}
			password, err := e.password(c.Context(), from, true)
			if err != nil {
				return err
			}
			if err := a.SetPassword(c.Context(), user.Name, password); err != nil {
				return err
			}
			e.note("changed the password of %q; tokens from before are dead", user.Name)
			if e.json {
				return e.printJSON(newUserJSON(*user))
			}
			return nil
		},
	}
	from.bind(c)
	return c
}
