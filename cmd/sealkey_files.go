package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv/sealed"
)

// heldSealKey reads the seal key that a store has now. Where another one lies there nothing is to be made, and nobody asked.
func (e *env) heldSealKey(ctx context.Context, p place) (k heldKey, err error) {
	if k.sealFile, err = e.readSealFile(ctx, p.keyPath, p.path); err == nil {
		k.key, k.passphrase, err = e.unlock(ctx, k.sealFile)
	}
	if err == nil {
		_, err = keyAskedFor(ctx, p, p.store, k.key)
	}
	return k, err
}

// makeSealKey makes a seal key as it is to lie in a file. Where nothing else is said it has the passphrase of the old one.
func (e *env) makeSealKey(ctx context.Context, name string, how sealKeyChange, old heldKey) (k heldKey, err error) {
	k = heldKey{sealFile{name: name}, sealed.NewKey(), old.passphrase}
	switch {
	case how.ask || how.newFromFile != "":
		k.passphrase, err = e.newPassphrase(ctx, passphraseInput{"new passphrase of the seal key", how.newFromFile, "--new-passphrase-file"})
	case how.open:
		k.passphrase = ""
	}
	if k.data = k.key.Encode(); err == nil && k.passphrase != "" {
		k.data, err = e.protect(ctx, k.data, k.passphrase)
	}
	return k, err
}

// sealKeyIn is the seal key in the file that is to hold it from now on: the one that lies there, or a new one.
func (e *env) sealKeyIn(ctx context.Context, p place, to string, how sealKeyChange, old heldKey) (k heldKey, err error) {
	k.sealFile, err = e.readSealFile(ctx, to, p.path)
	var lost *lostKeyError
	switch {
	case err == nil:
		return e.unlockThere(ctx, k.sealFile, how)
	case !errors.As(err, &lost):
		return k, err
	}
	if k, err = e.makeSealKey(ctx, to, how, old); err != nil {
		return k, err
	}
	if err := makeDir(filepath.Dir(to)); err != nil {
		return k, err
	}
	err = e.writeSealFile(ctx, k.sealFile)
	if errors.Is(err, fs.ErrExist) {
		err = &hintedError{fmt.Errorf("%w: %q is there after all, or a link that leads nowhere", authority.ErrConflict, to), "name another file"}
	}
	return k, err
}

// writeSealFile writes a new seal key file, and makes sure that it can be used from there before any store depends on it:
// some media keep no modes, and lay every file open.
func (e *env) writeSealFile(ctx context.Context, f sealFile) error {
	if err := createFile(f.name, f.data); err != nil {
		return err
	}
	data, _, err := e.readOwn(ctx, f.name, maxSealKey)
	if err == nil && !bytes.Equal(data, f.data) {
		err = fmt.Errorf("%q is not what was written to it", f.name)
	}
	if err != nil {
		os.Remove(f.name)
		return &hintedError{err, "name a place on another disk"}
	}
	return nil
}

// unlockThere opens a key file that is there already. Its passphrase is what it is, and is not that of the store's key.
func (e *env) unlockThere(ctx context.Context, f sealFile, how sealKeyChange) (k heldKey, err error) {
	k.sealFile = f
	switch {
	case how.ask || how.open || how.newFromFile != "" && !f.protected():
		return k, usagef("leave the passphrase out, or name a file that is not there yet", "%q holds a key already, which stays as it is", f.name)
	case f.protected() && how.newFromFile != "":
		k.passphrase, err = e.passphraseIn(ctx, how.newFromFile)
	case f.protected() && !e.interactive():
		err = usagef("give it with --new-passphrase-file", "%q is under a passphrase, and nobody can be asked for it", f.name)
	case f.protected():
		k.passphrase, err = e.ask(ctx, fmt.Sprintf("Passphrase of %s: ", safeText(f.name)))
	}
	if err == nil {
		k.key, err = e.unlockWith(ctx, f, k.passphrase)
	}
	return k, err
}

// keep leaves a copy of a seal key file beside it under the name of its key. made tells whether there was none yet.
func keep(f sealFile, id string) (kept string, made bool, err error) {
	for _, kept := range keptNames(f.name, id) {
		if isCopy(kept, f.data) {
			return kept, false, nil
		}
	}
	for i := 1; ; i++ {
		kept = keptNameAt(f.name, id, i)
		if err := createFile(kept, f.data); !errors.Is(err, fs.ErrExist) {
			return kept, err == nil, err
		}
	}
}

// isCopy tells whether a file holds the same, and will when the first one is replaced: a link may lead to that one.
func isCopy(kept string, data []byte) bool {
	info, err := os.Lstat(kept)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	there, err := os.ReadFile(kept)
	return err == nil && bytes.Equal(there, data)
}

// keepWhatLies keeps the key that lies in the place of another. Its copy may be there, by which it is known without its
// passphrase.
func (e *env) keepWhatLies(ctx context.Context, p place) (id, kept string, err error) {
	f, err := e.readSealFile(ctx, p.keyPath, p.path)
	if err != nil {
		return "", "", err
	}
	for _, kept := range allWith(p.keyPath, keptMark) {
		if isCopy(kept, f.data) {
			return keptID(p.keyPath, kept), kept, nil
		}
	}
	key, _, err := e.unlock(ctx, f)
	if err != nil {
		return "", "", err
	}
	kept, _, err = keep(f, key.ID())
	return key.ID(), kept, err
}

// moveIntoPlace gives a key file its name, in place of the one that has it. The store is under it already.
func moveIntoPlace(next, name string) error {
	if err := moveOver(next, name); err != nil {
		return &hintedError{err, "the store is under the new key, which lies beside the old one: jotkit store reseal ends the change"}
	}
	return nil
}

// replaceable refuses a seal key file that is none of its own: what takes the place of a link is not where it led, and a
// pipe has no place.
func replaceable(name string) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // lost, or an earlier change was cut off
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return usagef("name what it leads to with --seal-key-file, or another place with --to", "%q is a link, and is not replaced", name)
	case !info.Mode().IsRegular():
		return usagef("name a file for the new key with --to", "%q is no file that could be replaced", name)
	}
	return nil
}

// errTurn is for a directory in which another process is changing a seal key.
func errTurn(dir string) error {
	return &hintedError{
		fmt.Errorf("%w: another command is changing a seal key in %q", authority.ErrConflict, dir), "try again when it has ended"}
}
