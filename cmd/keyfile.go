package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"jotkit/keyring"
	"jotkit/token"
)

var errSources = usagef("leave all but one of them out", "keys from more than one place")

// A keyInput is a key from elsewhere than the store.
type keyInput struct {
	file, secret string
	encoding     string
	alg          string
	publicInput
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
func (k *keyInput) given() bool { return k.sources() > 0 }

func (k *keyInput) sources() (n int) {
	for _, named := range []string{k.file, k.secret, k.jwks, k.issuer} {
		if named != "" {
			n++
		}
	}
	return n
}

// check refuses flags that would do nothing, and several places for keys: a file of expectations may name one too.
func (k *keyInput) check() error {
	switch {
	case k.sources() > 1:
		return errSources
	case isURL(k.file):
		return usagef("save it in a file, or have jotkit verify fetch published keys with --jwks", "--key takes a file, and no URL")
	case k.offline && k.jwks == "" && k.issuer == "":
		return usagef("name the keys with --jwks or --issuer", "--offline without keys from elsewhere")
	case k.alg != "" && !k.given():
		return usagef("leave alg out, or name the key that does not say its own", "alg without a key: those of the store say theirs")
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
	options := keyring.ParseOptions{Algorithm: k.alg, KeepUnnamed: unnamed}
	if k.jwks != "" {
		set := func(data []byte) ([]*token.Key, error) { return keyring.ParseSet(data, options) }
		return keysIn(ctx, e, k.jwks, keyring.MaxLength, set, (*token.Key).CanSign)
	}
	return e.readKeys(ctx, k.file, options)
}

// readKeys reads a key file of any form.
func (e *env) readKeys(ctx context.Context, name string, o keyring.ParseOptions) ([]*token.Key, error) {
	parse := func(data []byte) ([]*token.Key, error) { return keyring.Parse(data, o) }
	return keysIn(ctx, e, name, keyring.MaxLength, parse, (*token.Key).CanSign)
}

// keysIn reads a key file. One that has a private half or a secret in it must be the user's alone.
func keysIn[K any](
	ctx context.Context, e *env, name string, limit int, parse func([]byte) ([]K, error), private func(K) bool,
) ([]K, error) {
	data, info, err := e.readKeyFile(ctx, name, limit)
	if err != nil {
		return nil, err
	}
	keys, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("key file %q: %w", name, err)
	}
	if slices.ContainsFunc(keys, private) {
		err = checkPrivate(name, info)
	}
	return keys, err
}

// readKeyFile is readFile for a file that is to hold a key.
func (e *env) readKeyFile(ctx context.Context, name string, limit int) ([]byte, os.FileInfo, error) {
	data, info, err := e.readFile(ctx, name, limit)
	if err != nil {
		return nil, nil, unreadable(errKeyFile, name, err)
	}
	return data, info, nil
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

// externalSigner reads the one key named by the flags that can sign, and that nobody could guess.
func (e *env) externalSigner(ctx context.Context, k keyInput) (*token.Key, error) {
	keys, err := e.externalKeys(ctx, k, false)
	if err != nil {
		return nil, err
	}
	key, err := signerOf(keys)
	if err != nil {
		return nil, err
	}
	return key, refuseGuessable(key)
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
