package cmd

import (
	"github.com/spf13/cobra"

	"jotkit/keyring"
)

func newKeysConvert(e *env) *cobra.Command {
	var o keyForm
	var alg string
	c := &cobra.Command{
		Use:   "convert F",
		Short: "Write a key file in another form",
		Long: `Write a key file in another form. No store is touched.

It reads JWK, JWK Set, PEM, certificates and OpenSSH keys, and
writes the public half unless --private --reveal is given.`,
		Example: `  jotkit keys convert id_ed25519.pub
  jotkit keys convert public.jwk --format pem
  openssl genpkey -algorithm ed25519 | jotkit keys convert -`,
		Args: exactly("F"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			keys, err := e.readKeys(c.Context(), args[0], keyring.ParseOptions{Algorithm: alg})
			if err != nil {
				return err
			}
			text, err := o.write(keys)
			if err != nil {
				return err
			}
			return e.deliver(c.Context(), o, text)
		},
	}
	o.bind(c)
	bindAlgorithm(c.Flags(), &alg, "the algorithm `A` of a key that does not say")
	return c
}
