package cmd

import (
	"bytes"
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"jotkit/keyring"
	"jotkit/token"
)

// A keyForm is how keys are written for others.
type keyForm struct {
	format          string // "" is by the number of keys
	private, reveal bool
	out             string
}

func (o *keyForm) bind(c *cobra.Command) {
	c.Flags().Var(oneOf{&o.format, []string{"jwks", "jwk", "pem"}}, "format", "`F` is jwks, jwk or pem")
	c.Flags().BoolVar(&o.private, "private", false, "write private keys and secrets too")
	c.Flags().BoolVar(&o.reveal, "reveal", false, "yes, with --private")
	c.Flags().Var(nonEmpty{&o.out}, "out", "write to the file `F`, for you alone to read")
}

// check wants two words before a private key is shown, so that no single slip shows one.
func (o *keyForm) check() error {
	if o.private != o.reveal {
		return usagef("give both, or neither for the public keys", "--private and --reveal go together")
	}
	return nil
}

func (o *keyForm) write(keys []*token.Key) ([]byte, error) {
	format := o.format
	if len(keys) == 1 {
		format = cmp.Or(format, "jwk")
	}
	switch {
	case format == "pem":
		return o.writePEM(keys)
	case format == "jwk" && len(keys) != 1:
		return nil, usagef("name one of them, or take --format jwks", "a JWK is one key, and there are %d", len(keys))
	case format == "jwk":
		return keyring.MarshalJWK(keys[0], o.private)
	}
	if !o.private && len(keys) == 1 && keys[0].Symmetric() {
		return keyring.MarshalJWK(keys[0], false) // says why not
	}
	return keyring.MarshalJWKS(keys, o.private)
}

func (o *keyForm) writePEM(keys []*token.Key) ([]byte, error) {
	var out bytes.Buffer
	for _, k := range keys {
		text, err := keyring.MarshalPEM(k, o.private)
		if err != nil {
			return nil, err
		}
		out.Write(text)
	}
	return out.Bytes(), nil
}

// deliver writes keys to stdout or into a file.
func (e *env) deliver(ctx context.Context, o keyForm, text []byte) error {
	if bytes.HasPrefix(text, []byte("{")) {
		pretty, err := indented(text)
		if err != nil {
			return err
		}
		text = []byte(pretty + "\n")
	}
	if o.out == "" {
		return e.print(string(text))
	}
	return e.writeFile(ctx, o.out, text)
}

// writeFile writes an answer into a file, and says so.
func (e *env) writeFile(ctx context.Context, name string, text []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := replaceFile(name, text); err != nil {
		return err
	}
	e.note("wrote %q", name)
	return nil
}
