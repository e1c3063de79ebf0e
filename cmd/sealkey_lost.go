package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// A lostKeyError is kv.ErrSealKey for a store whose seal key is not where it should be.
type lostKeyError struct{ name, way string }

func (e *lostKeyError) Error() string {
	return fmt.Sprintf("%v: there is no %q", kv.ErrSealKey, e.name)
}
func (e *lostKeyError) Unwrap() error { return kv.ErrSealKey }
func (e *lostKeyError) hint() string  { return e.way }

// lost is the error for a seal key file that is not there.
func (e *env) lost(ctx context.Context, name, store string) error {
	way := fmt.Sprintf("the store %s can be read with its own seal key alone: put it back at %s, or name it with --seal-key-file",
		store, name)
	p := place{path: store}
	err := e.locate(ctx, &p)
	if err == nil && p.file != nil {
		_, err = os.Stat(store)
	}
	if err == nil {
		e.unguarded(p)
		if found := wayToKey(ctx, p.store, name); found != "" {
			way = found
		}
	}
	return &lostKeyError{name, way}
}

// foreign gives an error of the wrong seal key the way to the right one, where it lies beside the wrong one.
func foreign(ctx context.Context, store kv.Store, name string, err error) error {
	if way := wayToKey(ctx, store, name); way != "" {
		return &hintedError{err, way}
	}
	return err
}

// wayToKey looks beside a seal key file for the key that opens a store, by the name under which reseal keeps it. It is ""
// where there is none.
func wayToKey(ctx context.Context, store kv.Store, name string) string {
	d, err := sealOf(ctx, store)
	if err != nil || !isKeyID(d.SealKey) {
		return ""
	}
	if exists(nextName(name, d.SealKey)) {
		return "a change of the seal key was cut off: jotkit store reseal ends it"
	}
	if kept := keptNames(name, d.SealKey); len(kept) > 0 {
		old := shellWord(kept[0])
		return fmt.Sprintf("this store was not resealed with the others: its key is in %s, which --seal-key-file names; "+
			"jotkit store reseal --seal-key-file %s --to %s gives it the newer one", old, old, shellWord(name))
	}
	return ""
}

// sealOf is what a store says without a key.
func sealOf(ctx context.Context, store kv.Store) (d sealed.Description, err error) {
	err = store.View(ctx, func(v kv.View) (err error) {
		d, err = sealed.Describe(v)
		return err
	})
	return d, err
}

// nextName is where a new seal key lies until it takes the place of the old one. It names the key, so that who finds the
// file knows without a passphrase whether it is the one that a store asks for.
func nextName(name, id string) string { return name + nextMark + id }

// What comes after the name of a seal key file in that of the next one, and in those of the ones before.
const (
	nextMark = ".new-"
	keptMark = ".old-"
)

// keptNameAt is where the old key lies afterwards; there are several where its passphrase was changed meanwhile.
func keptNameAt(name, id string, i int) string {
	if i == 1 {
		return name + keptMark + id
	}
	return fmt.Sprintf("%s%s%s-%d", name, keptMark, id, i)
}

// keptNames are the files with the old key of this id.
func keptNames(name, id string) (found []string) {
	for _, kept := range allWith(name, keptMark) {
		if keptID(name, kept) == id {
			found = append(found, kept)
		}
	}
	return found
}

// allWith are the files beside a seal key file that have its name, a mark and an id.
func allWith(name, mark string) (found []string) {
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return nil // nothing to be found there
	}
	for _, entry := range entries {
		if kept := filepath.Join(filepath.Dir(name), entry.Name()); markedID(name+mark, kept) != "" {
			found = append(found, kept)
		}
	}
	return found
}

// keptID is the id of the key in a file with an old one, or "".
func keptID(name, kept string) string { return markedID(name+keptMark, kept) }

func markedID(prefix, file string) string {
	rest, found := strings.CutPrefix(file, prefix)
	id, _, _ := strings.Cut(rest, "-")
	if !found || !isKeyID(id) {
		return ""
	}
	return id
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// isKeyID tells whether what a store says is its seal key can be part of a file name: who writes the store can say anything.
func isKeyID(id string) bool {
	for _, r := range id {
		if !('0' <= r && r <= '9' || 'a' <= r && r <= 'f') {
			return false
		}
	}
	return len(id) == 16
}
