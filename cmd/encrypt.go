package cmd

import (
	"errors"

	"github.com/spf13/cobra"

	"jotkit/token"
	"jotkit/token/jwe"
)

func newEncrypt(e *env) *cobra.Command {
	var from tokenInput
	var to encryptionInput
	var enc string
	c := &cobra.Command{
		Use:   "encrypt [TOKEN] --to F",
		Short: "Encrypt a signed token to a key",
		Long: `Encrypt a signed token to a key.

Only someone with the private key, the secret or the password can
read it then. It proves no more than the token in it: whoever
decrypts it still has to verify that. No store is touched.

The key decides about the algorithm: an RSA key without "alg" is
taken for RSA-OAEP-256, an EC key for ECDH-ES, a secret for
A128KW or A256KW, a password for PBES2-HS256+A128KW. Whoever is
to decrypt what was made with --alg has to give the same one.`,
		Example: `  jotkit encrypt --to public.pem "$T"
  jotkit mint --sub ada | jotkit encrypt --to public.pem -
  jotkit encrypt --to ec.pem --alg ECDH-ES+A256KW --enc A256CBC-HS512 "$T"`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := e.token(c.Context(), args, from)
			if err != nil {
				return err
			}
			keys, err := e.encryptionKeys(c.Context(), to)
			if err != nil {
				return err
			}
			if len(keys) != 1 {
				return usagef("give a file with one of them", "the file holds %d keys to encrypt to", len(keys))
			}
			made, err := jwe.Encrypt(raw, keys[0], enc)
			if err != nil {
				return encryptHint(err)
			}
			return e.showEncrypted(made)
		},
	}
	from.bind(c.Flags())
	to.bind(c, "to", "encrypt to the key in the file `F`: JWK, JWK Set, PEM, OpenSSH")
	c.Flags().Var(oneOf{&enc, jwe.Contents()}, "enc", "encrypt the contents with `E`, instead of "+jwe.Contents()[0])
	return c
}

func encryptHint(err error) error {
	if errors.Is(err, token.Malformed) && !errors.Is(err, token.ErrEmpty) {
		return &hintedError{err, "what is encrypted is a signed token of three parts, such as jotkit mint makes"}
	}
	return err
}

func (e *env) showEncrypted(made *jwe.Encrypted) error {
	if !e.json {
		return e.print(made.Token + "\n")
	}
	return e.printJSON(struct {
		Token     string `json:"token"`
		KeyID     string `json:"kid"`
		Algorithm string `json:"alg"`
		Content   string `json:"enc"`
	}{made.Token, made.KeyID, made.Algorithm, made.Content})
}
