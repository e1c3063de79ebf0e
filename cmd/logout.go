package cmd

import (
	"context"
	"os"

	"github.com/spf13/cobra"
)

func newLogout(e *env) *cobra.Command {
	var from refreshInput
	var all bool
	c := &cobra.Command{
		Use:   "logout [-]",
		Short: "End a session, and its access tokens",
		Example: `  jotkit logout --refresh-file session
  jotkit logout --refresh-file session --all
  jotkit logout - < session`,
		Args: dashAlone,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && from.file != "" {
				return usagef("leave out one of them", "stdin and --refresh-file")
			}
			if err := from.check(e, args); err != nil {
				return err
			}
			ended, err := e.logout(c.Context(), args, from, all)
			if err != nil {
				return err
			}
			return e.showLogout(ended)
		},
	}
	from.bind(c.Flags(), "the refresh token is in the file `F`, which is removed")
	c.Flags().BoolVar(&all, "all", false, "end every session of the user")
	return c
}

// logout ends the session, and removes the file of its refresh token, which is good for nothing any more.
func (e *env) logout(ctx context.Context, args []string, from refreshInput, all bool) (ended int, err error) {
	a, err := e.changing(ctx)
	if err != nil {
		return 0, err
	}
	release, err := from.alone(ctx, args)
	if err != nil {
		return 0, err
	}
	defer release()
	raw, err := e.refreshToken(ctx, args, from)
	if err != nil {
		return 0, err
	}
	if ended, err = a.Logout(ctx, raw, all); err != nil || from.file == "" {
		return ended, err
	}
	if mine, err := e.holds(ctx, from, raw); err != nil || !mine {
		return ended, err
	}
	return ended, os.Remove(from.file)
}

func (e *env) showLogout(ended int) error {
	switch ended {
	case 0:
		e.note("the session was over already")
	case 1:
		e.note("ended the session")
	default:
		e.note("ended %d sessions", ended)
	}
	if e.json {
		return e.printJSON(map[string]int{"ended": ended})
	}
	return nil
}
