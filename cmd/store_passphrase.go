package cmd

import (
	"context"
	"fmt"
	"unicode/utf8"

	"jotkit/userdb"
)

// backupPassphrase gets the passphrase of a backup from a file, or from the person; a new one is asked for twice.
func (e *env) backupPassphrase(ctx context.Context, file string, isNew bool) (passphrase string, err error) {
	if file != "" {
		data, info, err := e.readFile(ctx, file, maxPasswordInput)
		if err == nil {
			err = checkPrivate(file, info)
		}
		if err != nil {
			return "", err
		}
		passphrase = oneLineEnd(data)
	} else {
		if !e.interactive() || e.inTaken {
			return "", usagef("give it with --passphrase-file", "the passphrase of the backup is missing, and nobody can be asked")
		}
		if passphrase, err = e.ask(ctx, "Passphrase of the backup: "); err != nil {
			return "", err
		}
	}
	if isNew && utf8.RuneCountInString(passphrase) < userdb.DefaultPasswordLength {
		err := fmt.Errorf("%w: the passphrase of a backup has at least %d characters", userdb.ErrPasswordPolicy, userdb.DefaultPasswordLength)
		return "", &hintedError{err, "take a longer one: whoever has the file may try as many as they like"}
	}
	if isNew && file == "" {
		again, err := e.ask(ctx, "Once more: ")
		if err != nil {
			return "", err
		}
		if again != passphrase {
			return "", usagef("try again", "the two passphrases differ")
		}
	}
	return passphrase, nil
}
