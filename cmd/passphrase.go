package cmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// How much work scrypt is, as a power of two: 18 takes about a second and 256 MiB, and each step doubles both. What is
// read may take more, up to 1 GiB, for whoever wrote the file decides: a backup comes back from where nobody is trusted,
// and what the machine has no memory for would end another process than this one.
const (
	passphraseWork    = 18
	maxPassphraseWork = 20
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
	to, err := e.scryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	return interruptible(ctx, func() ([]byte, error) { return encryptTo(to, data) })
}

// scryptRecipient is what age encrypts to for who has the passphrase.
func (e *env) scryptRecipient(passphrase string) (age.Recipient, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(cmp.Or(e.work, passphraseWork))
	return to, nil
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

// A passphraseInput is where a passphrase comes from: a file, or the person where none is named.
type passphraseInput struct {
	what string // such as "passphrase of the backup"
	file string
	flag string // that names the file
}

// passphrase gets a passphrase.
func (e *env) passphrase(ctx context.Context, from passphraseInput) (string, error) {
	switch {
	case from.file != "":
		return e.passphraseIn(ctx, from.file)
	case !e.interactive() || e.inTaken:
		return "", usagef("give it with "+from.flag, "the %s is missing, and nobody can be asked", from.what)
	}
	return e.ask(ctx, strings.ToUpper(from.what[:1])+from.what[1:]+": ")
}

// newPassphrase gets a passphrase for what is yet to be encrypted. A person is asked twice.
func (e *env) newPassphrase(ctx context.Context, from passphraseInput) (string, error) {
	first, err := e.passphrase(ctx, from)
	if err == nil {
		err = checkPassphrase(first)
	}
	if err != nil || from.file != "" {
		return first, err
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
	switch {
	case err != nil:
		return "", err
	case len(data) > maxPasswordInput: // cut off it would be another one, to age -d too
		return "", usagef("name a file with the passphrase alone", "the passphrase in %q is longer than %d KiB", file, maxPasswordInput>>10)
	}
	return oneLineEnd(data), checkPrivate(file, info)
}
