package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// How much work scrypt is, as a power of two: 18 takes about a second and 256 MiB, and each step doubles both. What is
// read may take more, up to a bound, for whoever wrote the file decides.
const (
	passphraseWork    = 18
	maxPassphraseWork = 22
)

var (
	// errPassphrase comes back for a passphrase that does not open its file.
	errPassphrase = fmt.Errorf("%w: wrong passphrase", kv.ErrSealKey)
	// errWeakPassphrase comes back for a new passphrase that could be guessed.
	errWeakPassphrase = fmt.Errorf("passphrase of less than %d characters", userdb.DefaultPasswordLength)
)

// isProtected tells a file under a passphrase, as age writes it (https://age-encryption.org/v1), from a key that lies open.
func isProtected(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte(armor.Header))
}

// protect puts data under a passphrase, so that age -d opens it too.
func (e *env) protect(ctx context.Context, data []byte, passphrase string) ([]byte, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(passphraseWork)
	if e.work != 0 {
		to.SetWorkFactor(e.work)
	}
	return interruptible(ctx, func() ([]byte, error) { return encryptTo(to, data) })
}

func encryptTo(to age.Recipient, data []byte) ([]byte, error) {
	var out bytes.Buffer
	text := armor.NewWriter(&out)
	w, err := age.Encrypt(text, to)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = text.Close()
	}
	out.WriteByte('\n')
	return out.Bytes(), err
}

// unprotect undoes protect. The error is errPassphrase, or says what is wrong with the file.
func (e *env) unprotect(ctx context.Context, data []byte, passphrase string) ([]byte, error) {
	from, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, errPassphrase // the empty one
	}
	from.SetMaxWorkFactor(maxPassphraseWork)
	plain, err := interruptible(ctx, func() ([]byte, error) {
		r, err := age.Decrypt(armor.NewReader(bytes.NewReader(bytes.TrimSpace(data))), from)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(r, maxSealKey))
	})
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other) && len(other.StanzaTypes) == 1 && other.StanzaTypes[0] == "scrypt":
		return nil, errPassphrase
	case errors.As(err, &other):
		return nil, errors.New("it is not under a passphrase: age -d opens it for who has its identity")
	}
	return plain, err
}

// checkPassphrase refuses a new passphrase that is too short: whoever has the file may try as many as they like.
func checkPassphrase(passphrase string) error {
	if utf8.RuneCountInString(passphrase) < userdb.DefaultPasswordLength {
		return errWeakPassphrase
	}
	return nil
}

// newPassphrase asks for a passphrase twice, or reads it from the file.
func (e *env) newPassphrase(ctx context.Context, file string) (string, error) {
	if file != "" {
		passphrase, err := e.passphraseIn(ctx, file)
		if err != nil {
			return "", err
		}
		return passphrase, checkPassphrase(passphrase)
	}
	if !e.interactive() {
		return "", usagef("give it with --new-passphrase-file", "the new passphrase is missing, and nobody can be asked")
	}
	first, err := e.ask(ctx, "New passphrase of the seal key: ")
	if err == nil {
		err = checkPassphrase(first)
	}
	if err != nil {
		return "", err
	}
	again, err := e.ask(ctx, "Once more: ")
	if err == nil && first != again {
		err = usagef("try again", "the two passphrases differ")
	}
	return first, err
}

// passphraseIn reads a passphrase from a file that is for its owner alone.
func (e *env) passphraseIn(ctx context.Context, file string) (string, error) {
	data, info, err := e.readFile(ctx, file, maxPasswordInput)
	if err != nil {
		return "", err
	}
	return oneLineEnd(data), checkPrivate(file, info)
}
