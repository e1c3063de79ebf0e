package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb"
)

func newUsersRole(e *env) *cobra.Command {
	var add, remove []string
	c := &cobra.Command{
		Use:   "role NAME",
		Short: "Give and take roles",
		Long: `Give and take roles.

Tokens that are out keep the roles they were made with until
they expire; jotkit revoke --user ends them.`,
		Example: "  jotkit users role ada --add admin --remove user",
		Args:    exactly("NAME"),
		RunE: e.changingUser(func(ctx context.Context, a *authority.Authority, name string) (*userdb.User, error) {
			return a.ChangeRoles(ctx, name, add, remove)
		}),
	}
	c.Flags().Var(listValue{&add}, "add", "give the role `R`")
	c.Flags().Var(listValue{&remove}, "remove", "take the role `R`")
	c.MarkFlagsOneRequired("add", "remove")
	return c
}

func newUsersDisable(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "disable NAME",
		Short:   "Keep somebody out, and end their tokens",
		Example: "  jotkit users disable ada",
		Args:    exactly("NAME"),
		RunE: e.changingUser(func(ctx context.Context, a *authority.Authority, name string) (*userdb.User, error) {
			return a.Disable(ctx, name)
		}),
	}
}

func newUsersEnable(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "enable NAME",
		Short:   "Let somebody in again; old tokens stay dead",
		Example: "  jotkit users enable ada",
		Args:    exactly("NAME"),
		RunE: e.changingUser(func(ctx context.Context, a *authority.Authority, name string) (*userdb.User, error) {
			return a.Enable(ctx, name)
		}),
	}
}

// changingUser is the way of a command that changes one user and answers with how they are then.
func (e *env) changingUser(fn func(context.Context, *authority.Authority, string) (*userdb.User, error)) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		a, err := e.changing(c.Context())
		if err != nil {
			return err
		}
		user, err := fn(c.Context(), a, args[0])
		if err != nil {
			return err
		}
		return e.showUser(user)
	}
}
