package bolt

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"jotkit/userdb/kv"
)

// Restored tells of a store that a copy was put in the place of.
type Restored struct {
	Info            // of the store that is there now
	Replaced string // where the file lies that was there before, "" where there was none
	Lost     uint64 // how many commits the store had seen that the copy has not
}

// Restore puts the store in the file at from, which [Store.Copy] made, in the place of this one, with what fn writes in
// the same commit; fn may be nil. from itself is only read. A copy that is older than what was seen in this place, or of
// another store, is refused with kv.ErrRolledBack, unless it is accepted that what was committed since is lost.
//
// No number goes back: the restored store is one commit more, and its revision is so far ahead that every verifier reads
// everything again. So an older copy is refused as before, and nobody takes the new state for one that he knows. Where
// nothing is known of the place the store gets an id of its own: two stores may come of one copy, and each has commits that
// the other has not, whatever their numbers say.
//
// It is all or nothing: until the last step, a rename, the store is the one that was there. That one stays beside it.
func (s *Store) Restore(ctx context.Context, from string, acceptRollback bool, fn func(kv.Tx) error) (done Restored, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see Store.read
	path, err := s.home()
	if err != nil {
		return done, err
	}
	temp := stagedName(path)
	defer os.Remove(temp)
	if err := copyFile(ctx, from, temp); err != nil {
		return done, err
	}
	if err := s.checkFile(ctx, temp); err != nil { // on the copy of the copy: nobody changes that one meanwhile
		return done, fmt.Errorf("%q cannot take its place: %w", from, err)
	}
	h, err := s.wantTurn(ctx, path)
	if err != nil {
		return done, err
	}
	defer h.release()
	if err := h.lockNew(ctx); err != nil {
		return done, err
	}
	return h.restore(temp, acceptRollback, fn)
}

// home is the path of the store without symbolic links, whether or not there is one; its directory is made. Only a file
// is ever put aside for a store: no directory, and no link to where nothing is at the moment.
func (s *Store) home() (string, error) {
	path, err := s.real()
	if err != nil {
		return "", err
	}
	if there, err := os.Lstat(path); err == nil && !there.Mode().IsRegular() {
		return "", explain(path, damaged("no regular file"))
	}
	return place(path)
}

// lockNew locks the companion, and makes it where there is none.
func (h *held) lockNew(ctx context.Context) error {
	// It may be there, of a store that was taken away: others may have it open or mapped, so it stays.
	f, err := os.OpenFile(companionPath(h.path), os.O_RDWR|os.O_CREATE|plain, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	return h.lockOrBusy(ctx, true)
}

// restore makes the next commit of what lies at temp, and gives it the name of the store.
func (h *held) restore(temp string, acceptRollback bool, fn func(kv.Tx) error) (done Restored, err error) {
	t := &held{patience: h.patience, s: h.s, path: temp}
	w, err := t.collect(fn)
	if err != nil {
		return done, err
	}
	seen, known := h.seen()
	if !seen.possible() { // or the next numbers would not be, and the restored store none
		return done, fmt.Errorf("%w: it has seen commit %d", ErrCompanion, seen.gen)
	}
	if done.Lost, err = behind(w.from, seen, known); err != nil && !acceptRollback {
		return done, err
	}
	if known {
		w.to = w.from.beyond(seen)
		w.to.id = seen.id // which names the place in the companion, that a crash must not leave with another one
	} else {
		w.to = w.from.elsewhere()
	}
	if err := t.commitAlone(w); err != nil {
		return done, err
	}
	if known {
		if err := h.complete(seen); err != nil {
			return done, err
		}
	}
	if done.Replaced, err = putAside(h.path, w.to.gen); err != nil {
		return done, err
	}
	if err := h.rename(temp, w.to); err != nil {
		return done, err
	}
	return done, h.read(func(r *reader) error { done.Info = r.info(); done.Guarded = true; return nil })
}

// rename gives what lies at temp, down to the disk, the name of the store, and announces it.
func (h *held) rename(temp string, n numbers) error {
	if err := keepOwner(temp, h.path); err != nil {
		return err
	}
	if err := os.Rename(temp, h.path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(h.path)); err != nil {
		return err
	}
	if err := h.complete(n); err != nil {
		return err
	}
	h.c.announce(n)
	return nil
}

// seen is what is known to have been committed in this place.
func (h *held) seen() (n numbers, known bool) { return seenBy(h.c, h.read) }

// seenBy goes by the companion, or where that is missing or blank by the store.
func seenBy(c *companion, read func(func(*reader) error) error) (n numbers, known bool) {
	if c != nil {
		n, err := c.numbers()
		return n, err == nil
	}
	err := read(func(r *reader) error { n = r.numbers; return nil })
	return n, err == nil
}

// ErrForeign comes back, as kv.ErrRolledBack, where a copy is of another store than the one that was seen in its place.
var ErrForeign = fmt.Errorf("%w: the copy is of another store", kv.ErrRolledBack)

// behind tells how many commits the copy lacks of those that were seen.
func behind(copied, seen numbers, known bool) (lost uint64, err error) {
	switch {
	case !known:
		return 0, nil
	case copied.id != seen.id:
		return seen.gen, ErrForeign
	case copied.gen < seen.gen:
		lost = seen.gen - copied.gen
		return lost, fmt.Errorf("%w: the copy has commit %d of %d", kv.ErrRolledBack, copied.gen, seen.gen)
	}
	return 0, nil
}

// commitAlone commits to a file that nobody else knows of.
func (h *held) commitAlone(w writes) error {
	f, err := openFile(h.patience, h.path, true, 0)
	if err != nil {
		return err
	}
	defer f.close()
	return f.write(w)
}

// putAside gives the file at path a second name, by the commit of the one that is to replace it.
func putAside(path string, gen uint64) (string, error) {
	aside := fmt.Sprintf("%s.replaced-%d", path, gen)
	if there, err := os.Lstat(aside); err == nil {
		if own, err := os.Lstat(path); err == nil && os.SameFile(own, there) { // of a restore that was cut off here
			return aside, nil
		}
		aside += "-" + rand.Text()[:10]
	}
	err := os.Link(path, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil { // no links here: for a moment there is no store
		err = os.Rename(path, aside)
	}
	return aside, err
}

// copyFile copies a file to one that is made, for its owner alone, down to the disk.
func copyFile(ctx context.Context, from, to string) error {
	in, err := os.OpenFile(from, os.O_RDONLY|plain, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err := sizeOf(in); err != nil {
		return fmt.Errorf("%w: %q", err, from)
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL|plain, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err = io.Copy(out, &untilDone{ctx, in}); err == nil {
		err = out.Sync()
	}
	return err
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx context.Context
	io.Reader
}

func (r *untilDone) Read(b []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(b)
}
