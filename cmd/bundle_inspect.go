package cmd

import (
	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/token"
)

func newBundleInspect(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect F",
		Short: "Show who made a bundle, when, and what is in it",
		Long: `Show who made a bundle, when, and what is in it.

What is shown is as it was signed. The signer is the RFC 7638
thumbprint of a key that is in the bundle itself: compare it with
jotkit keys list where the store is.`,
		Example: "  jotkit bundle inspect bundle.jot",
		Args:    exactly("F"),
		RunE: func(c *cobra.Command, args []string) error {
			b, err := e.readBundle(c.Context(), args[0])
			if err != nil {
				return err
			}
			if err := b.Check(e.now(), authority.Trust{Leeway: token.DefaultLeeway}); err != nil {
				e.warn("%v", err)
			}
			about := e.newBundleJSON(b)
			if e.json {
				return e.printJSON(about)
			}
			return e.print(table(about.rows()))
		},
	}
}
