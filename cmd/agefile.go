package cmd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
)

// maxAgeKeys is the most that is read of a file with recipients or identities.
const maxAgeKeys = 1 << 20

// errBackupKey comes back when a backup cannot be decrypted with what was given.
var errBackupKey = errors.New("the backup cannot be decrypted")

// ageRecipients reads what --to names: a recipient of age, an SSH public key, or a file with such lines.
func (e *env) ageRecipients(ctx context.Context, to []string) (all []age.Recipient, err error) {
	for _, text := range to {
		if r, err := ageRecipient(text); err == nil {
			all = append(all, r)
			continue
		}
		found, err := e.recipientsIn(ctx, text)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// recipientsIn reads a file with a recipient a line.
func (e *env) recipientsIn(ctx context.Context, name string) (all []age.Recipient, err error) {
	const way = "age-keygen -o key.txt makes a pair and prints its recipient; an SSH public key does as well"
	if strings.HasPrefix(name, "age1") || strings.HasPrefix(name, "ssh-") {
		return nil, usagef(way, "%q is no recipient that is known here", name)
	}
	data, _, err := e.readFile(ctx, name, maxAgeKeys)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usagef(way, "--to %q is neither a recipient nor a file with some", name)
	}
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(trimmed(data)), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := ageRecipient(line)
		if err != nil { // the line is not shown: it may be a private key
			return nil, usagef(way, "line %d of %q is no recipient", i+1, name)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, usagef(way, "there is no recipient in %q", name)
	}
	return all, nil
}

func ageRecipient(text string) (age.Recipient, error) {
	if strings.HasPrefix(text, "ssh-") {
		return agessh.ParseRecipient(text)
	}
	found, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(found) != 1 {
		return nil, errors.New("not a recipient")
	}
	return found[0], nil
}

// ageIdentities reads the files that --identity names: identities of age, or SSH private keys.
func (e *env) ageIdentities(ctx context.Context, files []string) (all []age.Identity, err error) {
	for _, name := range files {
		data, info, err := e.readFile(ctx, name, maxAgeKeys)
		if err == nil {
			err = checkPrivate(name, info)
		}
		if errors.Is(err, errExposed) || errors.Is(err, errUsage) || ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBackupKey, err)
		}
		found, err := parseIdentities(data)
		if err != nil {
			way := "age-keygen makes one; a file under a passphrase is opened with age -d, and goes in with --identity -"
			return nil, &hintedError{fmt.Errorf("%w: %q holds no identity of age, and no SSH key without a passphrase", errBackupKey, name), way}
		}
		all = append(all, found...)
	}
	return all, nil
}

func parseIdentities(data []byte) ([]age.Identity, error) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) {
		one, err := agessh.ParseIdentity(data)
		return []age.Identity{one}, err
	}
	return age.ParseIdentities(bytes.NewReader(data))
}

const (
	ageIntro       = "age-encryption.org/"
	ageByPassword  = "-> scrypt "
	ageHeaderPeek  = 512
	armoredAgeHead = armor.Header
)

// An ageInput is a stream that may be encrypted with age.
type ageInput struct {
	*bufio.Reader
	encrypted, byPassphrase bool
}

// newAgeInput looks at the beginning of a stream, and takes off the armour if it has one.
func newAgeInput(r io.Reader) ageInput {
	in := ageInput{Reader: bufio.NewReaderSize(r, 64<<10)}
	if head, _ := in.Peek(len(armoredAgeHead)); string(head) == armoredAgeHead {
		in.Reader = bufio.NewReader(armor.NewReader(in.Reader))
	}
	head, _ := in.Peek(ageHeaderPeek)
	if in.encrypted = bytes.HasPrefix(head, []byte(ageIntro)); in.encrypted {
		_, rest, _ := bytes.Cut(head, []byte("\n"))
		in.byPassphrase = bytes.HasPrefix(rest, []byte(ageByPassword))
	}
	return in
}

// isBackup tells whether a file begins as a backup does: encrypted with age, or as a store.
func isBackup(head []byte) bool {
	return bytes.HasPrefix(head, []byte(ageIntro)) || bytes.HasPrefix(head, []byte(armoredAgeHead)) || isStore(head)
}
