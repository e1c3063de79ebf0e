package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/lint"
)

// lintKey looks at a key file or a secret. What would have it refused elsewhere is a finding here, but a file that holds no
// key at all is an error.
func (e *env) lintKey(ctx context.Context, k keyInput) ([]lint.Finding, error) {
	if k.secret != "" {
		return e.lintSecret(ctx, k)
	}
	data, info, err := e.readKeyFile(ctx, k.file, keyring.MaxLength)
	if err != nil {
		return nil, err
	}
	keys, err := keyring.Parse(data, keyring.ParseOptions{Algorithm: k.alg})
	if errors.Is(err, keyring.ErrNotAKey) {
		return nil, fmt.Errorf("key file %q: %w", k.file, err)
	}
	own := info != nil && info.Mode().IsRegular() && checkPrivate(k.file, info) == nil
	found := lint.JWKs(data, own)
	found = append(found, lint.Certificates(data, e.now())...)
	if slices.ContainsFunc(keys, (*token.Key).CanSign) {
		found = append(found, exposure(k.file, info)...)
	}
	saidOf := func(rule string) bool {
		return slices.ContainsFunc(found, func(f lint.Finding) bool { return f.Rule == rule })
	}
	if err != nil && !saidOf("equal_kids") {
		found = append(found, refusal("file", err))
	}
	return found, nil
}

func (e *env) lintSecret(ctx context.Context, k keyInput) ([]lint.Finding, error) {
	secret, info, err := e.readSecret(ctx, k)
	if err != nil {
		return nil, err
	}
	found := append(exposure(k.secret, info), lint.Secret(secret)...)
	if _, err := token.NewKey("", cmp.Or(k.alg, "HS256"), secret); err != nil {
		found = append(found, refusal("secret", err))
	}
	return found, nil
}

// exposure is a finding where others can read a file with a secret in it.
func exposure(name string, info os.FileInfo) []lint.Finding {
	var exposed *exposedError
	if !errors.As(checkPrivate(name, info), &exposed) {
		return nil
	}
	return []lint.Finding{{Rule: lint.ExposedFile, Where: "file", Message: exposed.Error() + ": " + exposed.hint()}}
}

// refusal makes a finding of the error with which a key would be refused.
func refusal(where string, err error) lint.Finding {
	rule := lint.UnusableKey
	if errors.Is(err, token.ErrWeakKey) {
		rule = lint.WeakKey
	}
	return lint.Finding{Rule: rule, Where: where, Message: err.Error()}
}

// refuseGuessable keeps secrets that anyone can guess from signing (RFC 8725 section 3.5). Tokens that are signed with one
// already may still be looked at.
func refuseGuessable(keys ...*token.Key) error {
	for _, k := range keys {
		secret, symmetric := k.Material().([]byte)
		if !symmetric {
			continue
		}
		if why, guessable := lint.Guessable(secret); guessable {
			return fmt.Errorf("%w: a secret that can be guessed: %s", token.ErrWeakKey, why)
		}
	}
	return nil
}
