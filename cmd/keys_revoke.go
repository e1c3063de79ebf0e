package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/keyring"
)

func newKeysRevoke(e *env) *cobra.Command {
	var r authority.Revoke
	c := &cobra.Command{
		Use:   "revoke K",
		Short: "End all tokens of a key at once",
		Long: `End all tokens of a key at once: the emergency.

If it was the active one, the next key signs from now on. K is
a kid, the start of one, or a version number.`,
		Example: `  jotkit keys revoke 2 --reason "leaked" --yes`,
		Args:    exactly("K"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			ring, err := a.Ring(c.Context())
			if err != nil {
				return err
			}
			entry, err := ring.Find(args[0])
			if err != nil {
				return err
			}
			if !r.DryRun {
				if err := e.confirm(c.Context(), fmt.Sprintf("end all tokens of the %s key %s", entry.State, entry.KID)); err != nil {
					return err
				}
			}
			// By its kid: an answer given to a question about one key must not fall on another.
			if entry, err = a.RevokeKey(c.Context(), entry.KID, r); err != nil {
				return err
			}
			return list(e, newKeysJSON([]keyring.Entry{entry}), keyHeadings(), keyJSON.row)
		},
	}
	c.Flags().StringVar(&r.Reason, "reason", "", "why, for revocations list")
	c.Flags().BoolVar(&r.DryRun, "dry-run", false, "only say what would be revoked")
	return c
}
