package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"jotkit/keyring"
	"jotkit/token"
)

func newKeysExport(e *env) *cobra.Command {
	o := keyForm{format: "jwks"}
	c := &cobra.Command{
		Use:   "export [K]",
		Short: "Write the public keys for others",
		Example: `  jotkit keys export > jwks.json
  jotkit keys export 2 --format pem --out verify.pem`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			ring, err := a.Ring(c.Context())
			if err != nil {
				return err
			}
			text, err := e.exported(ring, args, o)
			if err != nil {
				return err
			}
			return e.deliver(c.Context(), o, text)
		},
	}
	o.bind(c)
	return c
}

// exported writes one key of the ring, or all that verifiers need.
func (e *env) exported(ring *keyring.Ring, args []string, o keyForm) ([]byte, error) {
	if len(args) == 0 {
		if o.format == "jwks" {
			return ring.Export(e.now(), o.private)
		}
		keys := ring.PublicSet(e.now())
		if o.private {
			var err error
			if keys, err = signers(ring); err != nil {
				return nil, err
			}
		}
		return o.write(keys)
	}
	entry, err := ring.Find(args[0])
	if err != nil {
		return nil, err
	}
	key, err := ring.Key(context.Background(), entry.KID)
	if o.private {
		key, err = ring.Whole(entry.KID)
	}
	if err != nil {
		return nil, err
	}
	return o.write([]*token.Key{key})
}

// signers are the keys of the ring that have a private half.
func signers(ring *keyring.Ring) (keys []*token.Key, err error) {
	for _, entry := range ring.Entries() {
		if entry.State != keyring.Active && entry.State != keyring.Next {
			continue
		}
		key, err := ring.Whole(entry.KID)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}
