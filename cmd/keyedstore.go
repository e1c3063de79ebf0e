package cmd

import (
	"context"
	"errors"
	"os"
	"sync/atomic"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// A keyedStore is a store under the seal key in a file. Where the store has another seal key by now it looks into the
// file again, for jotkit store reseal may have put the new one there: so neither serve nor a command that began before
// has to be started anew.
type keyedStore struct {
	raw     kv.Store
	file    string
	current atomic.Pointer[keyed]
	// again gets the key with this id, if it can be had without asking anybody.
	again func(ctx context.Context, id string) (sealed.Key, bool)
}

// A keyed is one key and the store as it opens it.
type keyed struct {
	id    string
	store kv.Store
}

// keyedAt is the store at raw, whose seal key was read from the file.
func (e *env) keyedAt(raw kv.Store, file string, key sealed.Key) *keyedStore {
	k := &keyedStore{raw: raw, file: file, again: func(ctx context.Context, id string) (sealed.Key, bool) {
		return e.sealKeyAgain(ctx, file, id)
	}}
	k.take(key)
	return k
}

func (k *keyedStore) take(key sealed.Key) { k.current.Store(&keyed{key.ID(), sealed.New(k.raw, key)}) }

// View is that of the store.
func (k *keyedStore) View(ctx context.Context, fn func(kv.View) error) error {
	return k.with(ctx, func(s kv.Store) error { return s.View(ctx, fn) })
}

// Update is that of the store.
func (k *keyedStore) Update(ctx context.Context, fn func(kv.Tx) error) (rev kv.Rev, err error) {
	err = k.with(ctx, func(s kv.Store) (err error) {
		rev, err = s.Update(ctx, fn)
		return err
	})
	return rev, err
}

// Rev is that of the store.
func (k *keyedStore) Rev() (kv.Rev, error) { return k.raw.Rev() }

// with runs do on the store, and once more where another key is at hand by then. The wrong key shows at the first record
// that is asked for, so nothing was done before.
func (k *keyedStore) with(ctx context.Context, do func(kv.Store) error) error {
	was := k.current.Load()
	err := do(was.store)
	if !errors.Is(err, kv.ErrSealKey) {
		return err
	}
	d, failed := sealOf(ctx, k.raw)
	if failed != nil || d.SealKey == was.id {
		return err
	}
	key, found := k.again(ctx, d.SealKey)
	if !found {
		return foreign(ctx, k.raw, k.file, err)
	}
	k.take(key)
	return do(k.current.Load().store)
}

// sealKeyAgain gets the key with this id out of its file, or out of that beside it, where it lies until it takes its place.
// A passphrase is not asked for again, only read.
func (e *env) sealKeyAgain(ctx context.Context, file, id string) (sealed.Key, bool) {
	if !isKeyID(id) {
		return sealed.Key{}, false
	}
	for _, name := range []string{file, nextName(file, id)} {
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue // a pipe has given its key, and who opens it again may wait for ever
		}
		data, info, err := e.readOwn(ctx, name, maxSealKey)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		f := sealFile{name, data, info}
		if f.protected() && e.sealPassphraseFile() == "" {
			continue
		}
		key, _, err := e.unlock(ctx, f)
		if err != nil || key.ID() != id {
			continue
		}
		if name != file {
			e.note("the new seal key is not in its place yet, and is read from %s: jotkit store reseal puts it there", name)
		}
		return key, true
	}
	return sealed.Key{}, false
}
