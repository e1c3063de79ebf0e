package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"

	"jotkit/userdb/kv"
)

func (e *env) backupIdentities(ctx context.Context, o restoreOptions) ([]age.Identity, error) {
	if !o.passphrase && o.passphraseFile == "" {
		return e.ageIdentities(ctx, o.identities)
	}
	passphrase, err := e.passphrase(ctx, backupPassphrase(o.passphraseFile))
	if err != nil {
		return nil, err
	}
	return byPassphrase(passphrase)
}

func byPassphrase(passphrase string) ([]age.Identity, error) {
	i, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, usagef("type it, or give it with --passphrase-file", "the passphrase is empty")
	}
	i.SetMaxWorkFactor(maxPassphraseWork)
	return []age.Identity{i}, nil
}

// plainBackup copies a backup, decrypted where it is encrypted, to a file beside the store.
func (e *env) plainBackup(ctx context.Context, p place, from string, identities []age.Identity) (name string, err error) {
	in, err := e.open(ctx, from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	plain, err := interruptible(ctx, func() (ageInput, error) { return newAgeInput(in), nil })
	if err != nil {
		return "", err
	}
	read, err := e.decrypted(ctx, from, plain, identities)
	if err != nil {
		return "", err
	}
	if read, err = seemsStore(ctx, from, read); err != nil {
		return "", err
	}
	if err := makeDir(filepath.Dir(p.real())); err != nil {
		return "", err
	}
	out, err := p.newScratch("restore")
	if err != nil {
		return "", err
	}
	defer out.Close()
	n, err := interruptible(ctx, func() (int64, error) { return io.Copy(&untilDone{ctx, out}, read) })
	if err != nil {
		os.Remove(out.Name())
		return "", undecrypted(from, err)
	}
	if n == 0 && from == "-" {
		os.Remove(out.Name())
		return "", &hintedError{fmt.Errorf("no good backup: %w: 0 bytes: %q", kv.ErrDamaged, from), "nothing came in: did the command before the pipe fail?"}
	}
	return out.Name(), nil
}

// seemsStore looks at the beginning of a plain backup, and gives it back whole: a pipe without end is not copied, to the
// last byte of the disk, to find out that it is something else. What is too short for a store the check behind it tells of.
func seemsStore(ctx context.Context, from string, in io.Reader) (io.Reader, error) {
	const enough = 64
	read := bufio.NewReader(in)
	head, err := interruptible(ctx, func() ([]byte, error) { return read.Peek(enough) })
	switch {
	case errors.Is(err, io.EOF):
		return read, nil
	case err != nil:
		return nil, undecrypted(from, err)
	case !isStore(head):
		err := &badBackupError{damagedBy(fmt.Sprintf("it does not begin as a store does: %q", from)), from, from}
		return nil, &hintedError{err, "take another backup; nothing was touched"}
	}
	return read, nil
}

// decrypted is the plain backup. A passphrase is asked for where the backup takes one and none was given.
func (e *env) decrypted(ctx context.Context, from string, in ageInput, identities []age.Identity) (io.Reader, error) {
	if !in.encrypted {
		return in, nil
	}
	if len(identities) == 0 && in.byPassphrase {
		passphrase, err := e.passphrase(ctx, backupPassphrase(""))
		if err != nil {
			return nil, err
		}
		if identities, err = byPassphrase(passphrase); err != nil {
			return nil, err
		}
	}
	if len(identities) == 0 {
		err := fmt.Errorf("%w: %q is encrypted to a recipient", errBackupKey, from)
		return nil, &hintedError{err, "name the file with its key with --identity"}
	}
	read, err := interruptible(ctx, func() (io.Reader, error) { return age.Decrypt(in, identities...) })
	if err != nil {
		return nil, undecrypted(from, err)
	}
	return read, nil
}

// undecrypted is the error for a backup that does not come out of its encryption.
func undecrypted(from string, err error) error {
	var path *os.PathError
	var other *age.NoIdentityMatchError
	switch {
	case errors.Is(err, context.Canceled) || errors.As(err, &path):
		return err
	case errors.As(err, &other):
		err = fmt.Errorf("%w: %q is encrypted to others, or under another passphrase", errBackupKey, from)
		return &hintedError{err, "name the file with its key with --identity, or give its passphrase with --passphrase"}
	}
	return &hintedError{fmt.Errorf("%w: %q: %w", errBackupKey, from, err), "take another backup; nothing was touched"}
}
