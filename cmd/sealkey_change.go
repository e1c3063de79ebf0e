package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv/sealed"
)

// A sealKeyChange is how a store is to get another seal key: where it is to lie, and under what passphrase.
type sealKeyChange struct {
	to          string // "" for the place of the old one
	ask, open   bool   // a new passphrase, and none
	newFromFile string // the file with the new passphrase
}

func (h *sealKeyChange) bind(c *cobra.Command) {
	f := c.Flags()
	f.Var(nonEmpty{&h.to}, "to", "take the key in the file `F`, made where there is none")
	f.BoolVar(&h.ask, "passphrase", false, "ask for a passphrase for the new key")
	f.Var(nonEmpty{&h.newFromFile}, "new-passphrase-file", "the new key's passphrase is in the file `F`")
	f.BoolVar(&h.open, "no-passphrase", false, "no passphrase for the new key")
	c.MarkFlagsMutuallyExclusive("passphrase", "new-passphrase-file", "no-passphrase")
}

// A sealKeyChanged is how the keys lie after a change. OldPath is "" where the old key is in no file.
type sealKeyChanged struct {
	ID, Path       string
	Protected      bool
	OldID, OldPath string
	Ended          bool // an earlier change, which had been cut off: no other was made
}

// A heldKey is a seal key with the file that it is in.
type heldKey struct {
	sealFile
	key        sealed.Key
	passphrase string
}

// changeSealKey gives a store another seal key. commit puts the store under it, at once and whole or not at all; the
// files are moved around that such that at no moment the key which the store asks for lies nowhere. In the place of the
// old key:
//
//	F           the old key                                        store: old
//	F.new-ID    the new key is written, and the old one kept       store: old
//	F.old-ID    as F                                               store: old
//	            commit                                             store: new
//	F           the new key takes its place by a rename            store: new
//
// Cut off before the commit there are two files too many; after it every command finds F.new-ID, and the next change ends
// this one instead.
func (e *env) changeSealKey(
	ctx context.Context, p place, how sealKeyChange, commit func(old, with sealed.Key) error,
) (sealKeyChanged, error) {
	if how.to != "" {
		return e.moveSealKey(ctx, p, how, commit)
	}
	if err := replaceable(p.keyPath); err != nil {
		return sealKeyChanged{}, err
	}
	if ended, done, err := e.endSealKeyChange(ctx, p); done || err != nil {
		return ended, err
	}
	old, err := e.heldSealKey(ctx, p)
	if err != nil {
		return sealKeyChanged{}, err
	}
	with, err := e.makeSealKey(ctx, p.keyPath, how, old)
	if err != nil {
		return sealKeyChanged{}, err
	}
	release, err := turnIn(filepath.Dir(p.keyPath))
	if err != nil {
		return sealKeyChanged{}, err
	}
	defer release()
	if now, err := e.readSealFile(ctx, p.keyPath, p.path); err != nil || !bytes.Equal(now.data, old.data) {
		return sealKeyChanged{}, errors.Join(fmt.Errorf("%w: %q was changed meanwhile", authority.ErrConflict, p.keyPath), err)
	}
	return e.replaceSealKey(ctx, p, old, with, commit)
}

// replaceSealKey is the change itself, for who has the turn.
func (e *env) replaceSealKey(
	ctx context.Context, p place, old, with heldKey, commit func(old, with sealed.Key) error,
) (c sealKeyChanged, err error) {
	next := nextName(p.keyPath, with.key.ID())
	if err := e.writeSealFile(ctx, sealFile{name: next, data: with.data}); err != nil {
		return c, err
	}
	kept, made, err := keep(old.sealFile, old.key.ID())
	if err == nil {
		err = commit(old.key, with.key)
	}
	if err != nil {
		if e.isNotUnder(ctx, p, with.key.ID()) {
			os.Remove(next)
			if made {
				os.Remove(kept)
			}
		}
		return c, err
	}
	if err := moveIntoPlace(next, p.keyPath); err != nil {
		return c, err
	}
	return sealKeyChanged{with.key.ID(), p.keyPath, with.protected(), old.key.ID(), kept, false}, nil
}

// endSealKeyChange ends a change that was cut off after its commit, if there is one. It takes no key, and so no passphrase.
func (e *env) endSealKeyChange(ctx context.Context, p place) (c sealKeyChanged, done bool, err error) {
	said, err := sealOf(ctx, p.store)
	if err != nil || !isKeyID(said.SealKey) || !exists(nextName(p.keyPath, said.SealKey)) {
		return c, false, err
	}
	release, err := turnIn(filepath.Dir(p.keyPath))
	if err != nil {
		return c, false, err
	}
	defer release()
	next := nextName(p.keyPath, said.SealKey)
	f, err := e.readSealFile(ctx, next, p.path)
	if err != nil {
		return c, false, err
	}
	c = sealKeyChanged{ID: said.SealKey, Path: p.keyPath, Protected: f.protected(), Ended: true}
	if exists(p.keyPath) {
		if c.OldID, c.OldPath, err = e.keepWhatLies(ctx, p); err != nil {
			return c, false, err
		}
	}
	return c, true, moveIntoPlace(next, p.keyPath)
}

// moveSealKey puts a store under the key in another file. What lies anywhere stays as it is.
func (e *env) moveSealKey(
	ctx context.Context, p place, how sealKeyChange, commit func(old, with sealed.Key) error,
) (c sealKeyChanged, err error) {
	if err := notTheKey(how.to); err != nil {
		return c, err
	}
	to, err := filepath.Abs(how.to)
	if err != nil {
		return c, err
	}
	if to == p.keyPath {
		return c, usagef("leave --to out for a new key in the place of the old one", "--to names the seal key of the store itself")
	}
	old, err := e.heldSealKey(ctx, p)
	if err != nil {
		return c, err
	}
	with, err := e.sealKeyIn(ctx, p, to, how, old)
	if err != nil {
		return c, err
	}
	if with.key.ID() == old.key.ID() {
		return c, usagef("name the file with --seal-key-file from now on", "%q holds the key that the store has already", to)
	}
	if err := commit(old.key, with.key); err != nil {
		return c, err // what was made stays, for another store may be about to take it; the next try does
	}
	return sealKeyChanged{with.key.ID(), to, with.protected(), old.key.ID(), p.keyPath, false}, nil
}

// isNotUnder tells whether a store is certainly not under the key: only then may its file go.
func (e *env) isNotUnder(ctx context.Context, p place, id string) bool {
	said, err := sealOf(context.WithoutCancel(ctx), p.store)
	return err == nil && said.SealKey != id
}
