package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"jotkit/userdb/kv"
)

// Update runs fn and commits what it wrote. A fn that writes nothing costs no commit.
func (s *Store) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see Store.read
	h, err := s.acquire(ctx, true)
	if err != nil {
		return 0, err
	}
	defer h.release()
	for {
		w, err := h.collect(fn)
		if err != nil {
			return 0, err
		}
		if w.overlay.Len() == 0 {
			return kv.Rev(w.from.watch), nil
		}
		if err = h.commit(w); err == nil {
			h.c.announce(w.to)
			return kv.Rev(w.to.watch), nil
		}
		if !errors.Is(err, errStale) {
			return 0, err
		}
	}
}

// errStale comes back when another program wrote to the store in the middle of an Update, which it can when it takes
// bbolt's lock and knows nothing of the companion's.
var errStale = errors.New("changed meanwhile")

// writes are what an Update is to commit, and the state that they are for.
type writes struct {
	overlay  *kv.Overlay
	touched  []string // watched names among them
	tx       uint64   // the state, by bbolt's number
	from, to numbers
}

// collect runs fn over the file opened read-only: all that is wrong with it shows before it is opened to be written.
func (h *held) collect(fn func(kv.Tx) error) (w writes, err error) {
	err = h.read(func(r *reader) error {
		w.overlay = kv.NewOverlay(r)
		if fn != nil {
			if err := fn(w.overlay); err != nil {
				return err
			}
		}
		w.touched = w.overlay.Watched()
		w.tx, w.from, w.to = r.pages.tx, r.numbers, r.numbers.next(w.touched != nil)
		if w.overlay.Len() == 0 {
			return nil
		}
		if err := sound(func() error { return r.writable(w) }); err != nil {
			return explain(h.path, err)
		}
		return nil
	})
	return w, err
}

// writable looks at every page that bbolt will read to write this, for bbolt does not.
func (r *reader) writable(w writes) error {
	if err := r.pages.free.check(r.pages.high()); err != nil {
		return err
	}
	for name, value := range w.overlay.Writes() {
		if err := r.records.touch([]byte(name), value == nil); err != nil {
			return err
		}
	}
	log, err := r.pages.bucket(logBucket)
	if err == nil && w.touched != nil {
		err = log.touch(logName(w.to.watch), false)
	}
	if err == nil && w.touched != nil && w.to.watch > kv.KeptChanges {
		err = log.touch(logName(w.to.watch-kv.KeptChanges), true)
	}
	return err
}

// commit makes sure that there is a companion to announce it in, and opens the file again, to write.
func (h *held) commit(w writes) error {
	if err := h.complete(w.from); err != nil {
		return err
	}
	f, err := openFile(h.patience, h.path, true, 0)
	if err != nil {
		return err
	}
	defer f.close()
	if uint64(f.tx.ID()) != w.tx+1 {
		return errStale
	}
	return f.write(w)
}

// complete fills a blank companion. That comes before the commit: after it, nothing may fail any more. What it says is
// brought to the disk before it, as in settle.
func (h *held) complete(n numbers) (err error) {
	if h.c == nil {
		if err = syncStore(h.path); err == nil {
			err = fillCompanion(h.f, n)
		}
		if err == nil {
			h.c, err = h.s.remap(h.f, true)
		}
		h.sign()
	}
	if err == nil && h.c == nil {
		err = fmt.Errorf("%w: %q does not keep what is written to it", kv.ErrUnsupported, h.f.Name())
	}
	return err
}

// write writes and commits in the transaction of f. An error that is not damage, of a full disk for one, leaves the
// store as it was.
func (f *file) write(w writes) error {
	path := f.db.Path()
	err := sound(func() error {
		if err := fill(f.tx, w); err != nil {
			return err
		}
		return f.tx.Commit()
	})
	if f.stuck = isPanic(err); err != nil {
		return fmt.Errorf("commit to %q: %w", path, err)
	}
	return nil
}

func fill(tx *bbolt.Tx, w writes) error {
	records := tx.Bucket([]byte(recordsBucket))
	for name, value := range w.overlay.Writes() {
		var err error
		if value == nil {
			err = records.Delete([]byte(name))
		} else {
			err = records.Put([]byte(name), value)
		}
		if err != nil {
			return err
		}
	}
	if err := putNumbers(tx, w.to); err != nil {
		return err
	}
	if w.to.watch > w.from.watch+1 { // what was touched before says nothing about the way to here
		return emptyLog(tx)
	}
	if w.touched == nil {
		return nil
	}
	log := tx.Bucket([]byte(logBucket))
	if w.to.watch > kv.KeptChanges {
		if err := log.Delete(logName(w.to.watch - kv.KeptChanges)); err != nil {
			return err
		}
	}
	return log.Put(logName(w.to.watch), encodeLog(w.to.watch, w.touched))
}

func putNumbers(tx *bbolt.Tx, n numbers) error {
	return tx.Bucket([]byte(numbersBucket)).Put([]byte(numbersName), n.encode())
}

func emptyLog(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket([]byte(logBucket)); err != nil {
		return err
	}
	_, err := tx.CreateBucket([]byte(logBucket))
	return err
}
