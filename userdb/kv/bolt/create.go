package bolt

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"jotkit/userdb/kv"
)

// Create makes a new store at path, with what fill writes in it; fill may be nil. The directory is made, for its owner
// alone, where it is missing. Where there is something at path already, the error is kv.ErrExists and nothing changes.
// The store is made whole under another name and then given its own: a crash leaves no half store.
func Create(ctx context.Context, path string, o Options, fill func(kv.Tx) error) error {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see Store.read
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	}
	path, err := place(path)
	if err != nil {
		return err
	}
	w := writes{overlay: kv.NewOverlay(nothing{}), to: firstNumbers()}
	if fill != nil {
		if err := fill(w.overlay); err != nil {
			return err
		}
	}
	w.touched = w.overlay.Watched()
	s := New(path, o)
	temp := stagedName(path)
	defer os.Remove(temp)
	if err := s.build(ctx, temp, w); err != nil {
		return err
	}
	return s.publish(ctx, temp, w.to)
}

func stagedName(path string) string { return path + staged + rand.Text()[:10] }

// place makes the directory of a store, and returns the path without symbolic links: see Store.real.
func place(path string) (string, error) {
	dir := filepath.Dir(path)
	if err := makeDir(dir); err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		err = trusted(dir)
	}
	return filepath.Join(dir, filepath.Base(path)), err
}

// makeDir makes a directory and those above it, and brings each new name to the disk: the store would be lost with it.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := makeDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) { // another process may be making it too
		return err
	}
	return syncDir(parent)
}

func exists(path string) error { return fmt.Errorf("%w at %q", kv.ErrExists, path) }

// firstNumbers begins a store. Its changes do not count from 0 but from a random number: who knew another store in this
// place never takes the new one for that one at some revision.
func firstNumbers() numbers {
	n := numbers{gen: 1}
	rand.Read(n.id[:])
	var b [8]byte
	rand.Read(b[3:])
	n.watch = kv.KeptChanges + binary.BigEndian.Uint64(b[:])
	return n
}

// build makes the file of a new store at temp, down to the disk.
func (s *Store) build(ctx context.Context, temp string, w writes) error {
	p := s.patience(ctx)
	defer p.end()
	f, err := openFile(p, temp, true, os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	defer f.close()
	if err := buckets(f.tx); err != nil {
		return err
	}
	if err := f.write(w); err != nil {
		return err
	}
	return f.f.Sync()
}

func buckets(tx *bbolt.Tx) error {
	for _, name := range []string{recordsBucket, numbersBucket, logBucket} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// publish gives a store that was built at temp its name, under the lock of the companion.
func (s *Store) publish(ctx context.Context, temp string, n numbers) error {
	h, err := s.wantTurn(ctx, s.path)
	if err != nil {
		return err
	}
	defer h.release()
	if err := h.lockNew(ctx); err != nil {
		return err
	}
	if _, err := os.Lstat(s.path); err == nil {
		return exists(s.path)
	}
	// First the numbers, then the name: the other way round, a crash between them would leave a good store refused.
	if err := fillCompanion(h.f, n); err != nil {
		return err
	}
	if err := name(temp, s.path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(s.path))
}

// name moves a file to a name that nothing has. Where there are no links to do that in one step, the lock has to do.
func name(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil {
		return os.Remove(temp)
	}
	if _, there := os.Lstat(path); there == nil || errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	return os.Rename(temp, path)
}

// nothing is what lies under the first transaction of a store.
type nothing struct{}

func (nothing) Get(string) ([]byte, error)            { return nil, kv.ErrNotFound }
func (nothing) Floor(string) (string, []byte, error)  { return "", nil, kv.ErrNotFound }
func (nothing) Before(string) (string, []byte, error) { return "", nil, kv.ErrNotFound }
