package bolt

import (
	"context"
	"os"
	"runtime/debug"

	"jotkit/userdb/kv"
)

// Compact writes the store again without its free pages, and with them goes what old values lay there. With change, each
// value is what that makes of it, and every verifier reads everything again. fn writes in the same commit; both may be nil.
//
// It is all or nothing, and others wait as long as it runs: some seconds for a gigabyte. Where a page is damaged nothing
// is done.
func (s *Store) Compact(ctx context.Context, change func(name string, value []byte) ([]byte, error), fn func(kv.Tx) error) (
	before, after Info, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see Store.read
	h, err := s.acquire(ctx, true)
	if err != nil {
		return before, after, err
	}
	defer h.release()
	temp := stagedName(h.path)
	defer os.Remove(temp)
	var from numbers
	err = h.read(func(r *reader) error {
		faults, err := r.check()
		if err == nil && len(faults) > 0 {
			err = damaged("%s", faults[0])
		}
		if err != nil {
			return explain(h.path, err)
		}
		before, from = r.info(), r.numbers
		return (&rewrite{ctx: ctx, from: r, change: change}).run(h.s, temp)
	})
	if err != nil {
		return before, after, err
	}
	t := &held{patience: h.patience, s: h.s, path: temp}
	w, err := t.collect(fn)
	if err != nil {
		return before, after, err
	}
	if change != nil {
		w.to = from.beyond(from)
	}
	if err := t.commitAlone(w); err != nil {
		return before, after, err
	}
	if err := h.complete(from); err != nil {
		return before, after, err
	}
	if err := h.rename(temp, w.to); err != nil {
		return before, after, err
	}
	err = h.read(func(r *reader) error { after = r.info(); return nil })
	before.Guarded, after.Guarded = true, true
	return before, after, err
}

// A rewrite writes one state to a new file.
type rewrite struct {
	ctx    context.Context
	from   *reader
	change func(name string, value []byte) ([]byte, error)

	file    *file
	pending int // bytes that are not committed
}

// batch is how many bytes go into one transaction: they lie in memory until it ends.
const batch = 16 << 20

func (w *rewrite) run(s *Store, temp string) (err error) {
	p := s.patience(w.ctx)
	defer p.end()
	if w.file, err = openFile(p, temp, true, os.O_CREATE|os.O_EXCL); err != nil {
		return err
	}
	defer w.file.close()
	w.file.db.NoSync = true // the file has no name yet that anybody knows: it is synced once, when it is whole
	if err := buckets(w.file.tx); err != nil {
		return err
	}
	if err := w.records(); err != nil {
		return err
	}
	if err := w.log(); err != nil {
		return err
	}
	if err := putNumbers(w.file.tx, w.from.numbers); err != nil {
		return err
	}
	if err := w.file.tx.Commit(); err != nil {
		return err
	}
	return w.file.f.Sync()
}

func (w *rewrite) records() error {
	for e, err := range w.from.Scan("", "") {
		if err == nil && w.change != nil {
			e.Value, err = w.change(e.Name, e.Value)
		}
		if err == nil {
			err = w.put(recordsBucket, []byte(e.Name), e.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// log copies the record of changes: a compaction is not one, so who follows them goes on from where he was.
func (w *rewrite) log() error {
	now := w.from.numbers.watch
	for watch := now - min(now, kv.KeptChanges) + 1; watch <= now; watch++ {
		value, err := w.from.logged(watch)
		if err == nil && value != nil {
			err = w.put(logBucket, logName(watch), value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put writes the next record of a bucket, in order of the names.
func (w *rewrite) put(bucket string, name, value []byte) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	b := w.file.tx.Bucket([]byte(bucket))
	b.FillPercent = 0.9 // they come in order, so no page is split later; and some room is left for the next changes
	if err := b.Put(name, value); err != nil {
		return err
	}
	if w.pending += len(name) + len(value); w.pending < batch {
		return nil
	}
	w.pending = 0
	return w.next()
}

// next begins another transaction.
func (w *rewrite) next() (err error) {
	if err = w.file.tx.Commit(); err == nil {
		w.file.tx, err = w.file.db.Begin(true)
	}
	return err
}
