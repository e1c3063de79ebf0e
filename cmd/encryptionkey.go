package cmd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/jwe"
)

// An encryptionInput is where the key of encrypt and decrypt comes from: a file, or a password.
type encryptionInput struct {
	file     string
	password passwordInput
	alg      string
}

func (k *encryptionInput) bind(c *cobra.Command, name, usage string) {
	c.Flags().Var(nonEmpty{&k.file}, name, usage)
	k.password.bind(c)
	c.Flags().Var(oneOf{&k.alg, jwe.Algorithms()}, "alg", "the algorithm `A` of a key that does not say")
	c.MarkFlagsMutuallyExclusive(name, "password-stdin", "password-file")
	c.MarkFlagsOneRequired(name, "password-stdin", "password-file")
}

// encryptionKeys reads the keys, or makes one of a password.
func (e *env) encryptionKeys(ctx context.Context, k encryptionInput) ([]*jwe.Key, error) {
	if k.file == "" {
		key, err := e.passwordKey(ctx, k)
		return []*jwe.Key{key}, err
	}
	parse := func(data []byte) ([]*jwe.Key, error) { return encryptionKeysIn(data, k.alg) }
	return keysIn(ctx, e, k.file, keyring.MaxLength, parse, (*jwe.Key).CanDecrypt)
}

// encryptionKeysIn is keyring.Parse for keys to encrypt with.
func encryptionKeysIn(data []byte, alg string) ([]*jwe.Key, error) {
	check := func(u token.UncheckedKey) (*jwe.Key, error) { return jwe.Check(u, alg) }
	keys, err := keyring.Read(data, check)
	if err != nil {
		return nil, err
	}
	return keys, jwe.Distinct(keys)
}

// passwordKey makes a key of a password, which must never be taken for a secret as it is: people's words are no random bytes.
func (e *env) passwordKey(ctx context.Context, k encryptionInput) (*jwe.Key, error) {
	names := jwe.PasswordAlgorithms()
	if k.alg != "" && !slices.Contains(names, k.alg) {
		return nil, usagef("take one of "+strings.Join(names, ", "), "%s does not take a password", k.alg)
	}
	password, err := e.password(ctx, k.password, false)
	if err != nil {
		return nil, err
	}
	return jwe.NewKey("", cmp.Or(k.alg, names[0]), []byte(password))
}
