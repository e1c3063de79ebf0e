package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"jotkit/keyring"
	"jotkit/token"
)

// A keyInput is a key from elsewhere than the store.
type keyInput struct {
	file, secret string
	encoding     string
	alg          string
}

// keySources are the flags that name where keys come from; one command takes one of them.
var keySources = []string{"key", "secret-file", "jwks", "issuer", "bundle"}

func (k *keyInput) bind(c *cobra.Command) {
	f := c.Flags()
	f.Var(nonEmpty{&k.file}, "key", "use the key file `F`: JWK, JWK Set, PEM, OpenSSH")
	f.Var(nonEmpty{&k.secret}, "secret-file", "use the secret in the file `F`")
	f.Var(oneOf{&k.encoding, encodings()}, "secret-encoding", "how the secret is written: `E` is base64, base64url or hex")
	bindAlgorithm(f, &k.alg, "the algorithm `A` of a key that does not say")
	c.MarkFlagsMutuallyExclusive("key", "secret-file")
}

// given tells whether there is one.
func (k *keyInput) given() bool { return k.file != "" || k.secret != "" }

// check refuses flags that would do nothing.
func (k *keyInput) check() error {
	switch {
	case k.alg != "" && !k.given():
		return usagef("name the key with --key or --secret-file", "--alg without a key: the keys of the store say theirs")
	case k.encoding != "" && k.secret == "":
		return usagef("name the secret with --secret-file", "--secret-encoding without a secret")
	}
	return nil
}

// externalKeys reads the keys named by the flags. An unnamed key keeps no name where asked, so that it is tried for any kid.
func (e *env) externalKeys(ctx context.Context, k keyInput, unnamed bool) ([]*token.Key, error) {
	if k.secret != "" {
		key, err := e.secretKey(ctx, k)
		if err == nil && !unnamed {
			key = key.WithID(keyring.Thumbprint(key))
		}
		return []*token.Key{key}, err
	}
	return e.readKeys(ctx, k.file, keyring.ParseOptions{Algorithm: k.alg, KeepUnnamed: unnamed})
}

// readKeys reads a key file. One with a private half or a secret in it must be the reader's alone.
func (e *env) readKeys(ctx context.Context, name string, o keyring.ParseOptions) ([]*token.Key, error) {
	data, info, err := e.readFile(ctx, name, keyring.MaxLength)
	if err != nil {
		return nil, unreadable(errKeyFile, name, err)
	}
	keys, err := keyring.Parse(data, o)
	if err != nil {
		return nil, fmt.Errorf("key file %q: %w", name, err)
	}
	if slices.ContainsFunc(keys, (*token.Key).CanSign) {
		err = checkPrivate(name, info)
	}
	return keys, err
}

// unreadable makes a fault of the file one of what was to be in it.
func unreadable(what error, name string, err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, errUsage) || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &path):
		err = path.Err // the name is said already
	}
	return fmt.Errorf("%w: %q: %w", what, name, err)
}

// signerOf is the one key of those read that can sign.
func signerOf(keys []*token.Key) (*token.Key, error) {
	able := slices.DeleteFunc(slices.Clone(keys), func(k *token.Key) bool { return !k.CanSign() })
	switch len(able) {
	case 0:
		return nil, fmt.Errorf("%w", token.ErrCannotSign)
	case 1:
		return able[0], nil
	}
	return nil, usagef("give a file with one of them", "the file holds %d keys that can sign", len(able))
}
