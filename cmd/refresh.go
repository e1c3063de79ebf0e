package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newRefresh(e *env) *cobra.Command {
	var from refreshInput
	c := &cobra.Command{
		Use:   "refresh [-]",
		Short: "Get a new access token without a password",
		Long: `Get a new access token without a password.

A refresh token comes from login, and is good once: its file is
replaced by the next one, and with --json the answer has it. One
that was used before is in two hands, so its session ends (15),
but for 10 seconds, in which the same next one is given again.`,
		Example: `  jotkit login ada --refresh-file session > token
  jotkit refresh --refresh-file session > token
  jotkit refresh - --json < session`,
		Args: dashAlone,
		RunE: func(c *cobra.Command, args []string) error {
			if err := from.check(e, args); err != nil {
				return err
			}
			if from.file == "" && !e.json {
				return usagef("add --json, or --refresh-file F to keep it in",
					"the refresh token would be used up, and the next one lost")
			}
			grant, err := e.refresh(c.Context(), args, from)
			if err != nil {
				return err
			}
			return e.showGrant(grant)
		},
	}
	from.bind(c.Flags(), "read the refresh token from the file `F`, and put the next one there")
	return c
}

func (e *env) refresh(ctx context.Context, args []string, from refreshInput) (*authority.Grant, error) {
	a, err := e.changing(ctx)
	if err != nil {
		return nil, err
	}
	release, err := from.alone(ctx, args)
	if err != nil {
		return nil, err
	}
	defer release()
	raw, err := e.refreshToken(ctx, args, from)
	if err != nil {
		return nil, err
	}
	if err := from.ready(); err != nil {
		return nil, err
	}
	grant, err := a.Refresh(ctx, raw)
	if err != nil || from.file == "" {
		return grant, err
	}
	if from.fromFile(args) {
		if mine, err := e.holds(ctx, from, raw); err != nil || !mine {
			return grant, err
		}
	}
	return grant, from.keep(grant.RefreshToken)
}

// showGrant answers with the access token, and in JSON with all that was granted.
func (e *env) showGrant(g *authority.Grant) error {
	if e.json {
		return e.printJSON(g)
	}
	return e.print(g.AccessToken + "\n")
}
