package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newUsersRemove(e *env) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove somebody, and end their tokens",
		Example: "  jotkit users remove ada --yes",
		Args:    exactly("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			user, err := a.User(c.Context(), args[0])
			if err != nil {
				return err
			}
			if dry {
				e.note("would remove %q", user.Name)
			} else {
				if err := e.confirm(c.Context(), fmt.Sprintf("remove the user %q for good", user.Name)); err != nil {
					return err
				}
				if err := a.RemoveUser(c.Context(), user.Name); err != nil {
					return err
				}
				e.note("removed %q", user.Name)
			}
			if e.json {
				return e.printJSON(newUserJSON(*user))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would go")
	return c
}
