package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb"
)

// revokeOptions are what revoke was told.
type revokeOptions struct {
	authority.Revoke
	from               tokenInput
	jti, user, session string
}

func newRevoke(e *env) *cobra.Command {
	var o revokeOptions
	c := &cobra.Command{
		Use:   "revoke [TOKEN]",
		Short: "Take back a token, a session or a user",
		Long: `Take back a token, a session with its tokens, or all sessions
and tokens of a user.

It is in force when the command has returned, for a server that
runs on the same store too.`,
		Example: `  jotkit revoke "$T" --reason "laptop lost"
  jotkit revoke --jti QX7GZ4UKPBO2JHVVXSDB3AMN4E
  jotkit revoke --session LM3BQDV7YJX5TWHSEKGA2RCUZN --yes
  jotkit revoke --user ada --yes`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			done, err := e.revoke(c.Context(), args, o)
			if err != nil {
				return err
			}
			return e.showRevoked(done, o.DryRun)
		},
	}
	o.from.bind(c.Flags())
	c.Flags().Var(nonEmpty{&o.jti}, "jti", "the token with the id `J`")
	c.Flags().Var(nonEmpty{&o.user}, "user", "all sessions and tokens of the user `U`")
	c.Flags().Var(nonEmpty{&o.session}, "session", "the session `S`, and its access tokens")
	c.Flags().Var(momentValue{&o.Before, e.now}, "before", "with --user: those issued up to the time `T`, instead of now")
	c.Flags().StringVar(&o.Reason, "reason", "", "why, for revocations list")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be revoked")
	c.MarkFlagsMutuallyExclusive("jti", "user", "session", "token-file")
	return c
}

func (e *env) revoke(ctx context.Context, args []string, o revokeOptions) (*authority.Revocation, error) {
	named := o.jti != "" || o.user != "" || o.session != ""
	switch {
	case len(args) > 0 && named:
		return nil, usagef("name one thing to revoke", "a token beside --jti, --user or --session")
	case !o.Before.IsZero() && o.user == "":
		return nil, usagef("name the user with --user", "--before without a user")
	}
	raw := ""
	if !named {
		var err error
		if raw, err = e.token(ctx, args, o.from); err != nil {
			return nil, err
		}
	}
	a, err := e.changing(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case o.jti != "":
		return a.RevokeID(ctx, o.jti, o.Revoke)
	case o.session != "":
		if err := e.confirmSession(ctx, o); err != nil {
			return nil, err
		}
		return a.RevokeSession(ctx, o.session, o.Revoke)
	case o.user != "":
		if err := e.confirmCut(ctx, a, o); err != nil {
			return nil, err
		}
		return a.RevokeUser(ctx, o.user, o.Revoke)
	}
	return a.RevokeToken(ctx, raw, o.Revoke)
}

func (e *env) confirmSession(ctx context.Context, o revokeOptions) error {
	if o.DryRun {
		return nil
	}
	return e.confirm(ctx, fmt.Sprintf("end the session %q and its access tokens", o.session))
}

// confirmCut asks before all tokens of a user are ended, and says where the name is nobody's: it may be a slip.
func (e *env) confirmCut(ctx context.Context, a *authority.Authority, o revokeOptions) error {
	if _, err := a.User(ctx, o.user); errors.Is(err, userdb.ErrNoUser) || errors.Is(err, userdb.ErrName) {
		e.note("%q is not registered here; a cut is made all the same", o.user)
	} else if err != nil {
		return err
	}
	if o.DryRun {
		return nil
	}
	upTo := "now"
	if !o.Before.IsZero() {
		upTo = o.Before.Format(time.RFC3339)
	}
	return e.confirm(ctx, fmt.Sprintf("end all sessions and tokens of %q issued up to %s", o.user, upTo))
}

func (e *env) showRevoked(r *authority.Revocation, dry bool) error {
	if e.json {
		return e.printJSON(newRevocationJSON(r.Revocation, r.Note))
	}
	verb := "revoked"
	if dry {
		verb = "would revoke"
	}
	e.note("%s %s %q", verb, r.Kind, r.Name)
	if r.Note != "" {
		e.note("note: %s", r.Note)
	}
	if !dry {
		e.note("undo with: jotkit revocations undo %s", r.ID())
	}
	return nil
}
