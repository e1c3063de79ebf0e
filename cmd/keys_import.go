package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"jotkit/keyring"
	"jotkit/token"
)

func newKeysImport(e *env) *cobra.Command {
	var alg string
	c := &cobra.Command{
		Use:   "import F",
		Short: "Take keys from a file into the store",
		Long: `Take keys from a file into the store.

A key with its private half waits as the next one, and signs
after the next rotation. A public key only verifies.`,
		Example: `  jotkit keys import old-issuer.pem
  jotkit keys import private.jwk && jotkit rotate`,
		Args: exactly("F"),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := e.readKeys(c.Context(), args[0], keyring.ParseOptions{Algorithm: alg})
			if err != nil {
				return err
			}
			if err := refuseGuessable(keys...); err != nil {
				return err
			}
			a, err := e.writing(c.Context())
			if err != nil {
				return err
			}
			entries, err := a.ImportKeys(c.Context(), keys)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(keys, (*token.Key).CanSign) {
				e.note("it waits in the place of the next key: let verifiers fetch the keys again before you rotate")
			}
			return list(e, newKeysJSON(entries), keyHeadings(), keyJSON.row)
		},
	}
	bindAlgorithm(c.Flags(), &alg, "the algorithm `A` of a key that does not say")
	return c
}
