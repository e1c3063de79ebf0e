package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// maxSealKey is more than a seal key file ever holds.
const maxSealKey = 4 << 10

// A sealFile is a seal key file that was read, and not opened yet.
type sealFile struct {
	name string
	data []byte
	info os.FileInfo
}

func (f sealFile) protected() bool { return isProtected(f.data) }

// readSealFile reads the seal key file of a store that is there. A missing one is never made anew: it could open nothing,
// and would look as if all were well.
func (e *env) readSealFile(ctx context.Context, name, store string) (sealFile, error) {
	data, info, err := e.readOwn(ctx, name, maxSealKey)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sealFile{}, e.lost(ctx, name, store)
	case errors.Is(err, errNotOwn) || errors.Is(err, errExposed) || errors.Is(err, errUsage) || errors.Is(err, context.Canceled):
		return sealFile{}, err
	case err != nil:
		return sealFile{}, fmt.Errorf("%w: %w", kv.ErrSealKey, err)
	}
	return sealFile{name, data, info}, nil
}

// readSealKey reads the seal key of a store, and asks for its passphrase where it has one.
func (e *env) readSealKey(ctx context.Context, name, store string) (sealed.Key, error) {
	f, err := e.readSealFile(ctx, name, store)
	if err != nil {
		return sealed.Key{}, err
	}
	key, _, err := e.unlock(ctx, f)
	return key, err
}

// unlock gets the key out of its file, and the passphrase that it took, or "".
func (e *env) unlock(ctx context.Context, f sealFile) (key sealed.Key, passphrase string, err error) {
	if f.protected() {
		if passphrase, err = e.sealPassphraseFor(ctx, f.name); err != nil {
			return sealed.Key{}, "", err
		}
	}
	key, err = e.unlockWith(ctx, f, passphrase)
	return key, passphrase, err
}

// unlockWith is unlock for who has the passphrase.
func (e *env) unlockWith(ctx context.Context, f sealFile, passphrase string) (key sealed.Key, err error) {
	text := f.data
	if f.protected() {
		text, err = e.unprotect(ctx, f.data, passphrase)
	}
	if err == nil {
		key, err = sealed.ParseKey(text)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return sealed.Key{}, err
	case errors.Is(err, kv.ErrSealKey):
		return sealed.Key{}, fmt.Errorf("seal key file %q: %w", f.name, err)
	case err != nil:
		return sealed.Key{}, fmt.Errorf("seal key file %q: %w: %w", f.name, kv.ErrSealKey, err)
	}
	return key, nil
}

// sealPassphraseFile is the file with the passphrase of the seal key, or "".
func (e *env) sealPassphraseFile() string {
	return cmp.Or(e.sealPassphrase, e.getenv("JOTKIT_SEAL_PASSPHRASE_FILE"))
}

// sealPassphraseFor is the passphrase of the seal key in this file.
func (e *env) sealPassphraseFor(ctx context.Context, name string) (string, error) {
	file := e.sealPassphraseFile()
	switch {
	case file == "" && !e.interactive():
		err := fmt.Errorf("%w: %q is under a passphrase, and nobody can be asked for it", kv.ErrSealKey, name)
		return "", &hintedError{err, "give it with --seal-passphrase-file F, or JOTKIT_SEAL_PASSPHRASE_FILE"}
	case file == "":
		return e.ask(ctx, "Passphrase of the seal key: ")
	}
	passphrase, err := e.passphraseIn(ctx, file)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("%w: passphrase file: %w", kv.ErrSealKey, err)
	}
	return passphrase, err
}

// newSealKey is the seal key for a new store: the one that is there, which may have other stores, or a new one.
func (e *env) newSealKey(ctx context.Context, name, store string) (key sealed.Key, made bool, err error) {
	key, err = e.readSealKey(ctx, name, store)
	var lost *lostKeyError
	if !errors.As(err, &lost) {
		return key, false, err
	}
	if err := makeDir(filepath.Dir(name)); err != nil {
		return sealed.Key{}, false, err
	}
	key = sealed.NewKey()
	err = createFile(name, key.Encode())
	if errors.Is(err, fs.ErrExist) { // somebody else made one just now, or a link that leads nowhere is there
		key, err = e.readSealKey(ctx, name, store)
		return key, false, err
	}
	return key, err == nil, err
}
