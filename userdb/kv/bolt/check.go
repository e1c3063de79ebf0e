package bolt

import (
	"context"
	"fmt"
	"runtime/debug"

	"jotkit/userdb/kv"
)

// maxFaults is how many faults a Check tells.
const maxFaults = 100

// Check looks at every page of the store, and returns the first 100 faults: a page that cannot be what was written, one
// that two have, one that nobody has, a record of the store's own that has changed. Values are not looked into. The
// error is for a store that cannot be looked at. Others wait as long as it runs, a second or two for a gigabyte.
func (s *Store) Check(ctx context.Context) (faults []string, err error) {
	err = s.read(ctx, func(r *reader) error {
		faults, err = r.check()
		return err
	})
	return faults, err
}

// checkFile is Check for a file that is nobody's store yet.
func (s *Store) checkFile(ctx context.Context, path string) error {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see Store.read
	h := &held{patience: s.patience(ctx), s: s, path: path}
	defer h.end()
	return h.read(func(r *reader) error {
		faults, err := r.check()
		if err == nil && len(faults) > 0 {
			err = fmt.Errorf("%w: %s: %q", kv.ErrDamaged, faults[0], path)
		}
		return err
	})
}

// check walks through the pages in our own, bounded way, and where that finds nothing has bbolt do so too: bbolt's check
// recurses into what it reads, so it is for files that cannot lead it in a circle.
func (r *reader) check() ([]string, error) {
	w := &inspection{pages: r.pages, used: make([]bool, r.pages.high())}
	if err := sound(func() error { w.file(); return nil }); err != nil {
		w.fault(err)
	}
	if len(w.faults) > 0 {
		return w.faults, nil
	}
	for err := range r.file.tx.Check() {
		w.fault(err)
	}
	return w.faults, nil
}

// An inspection walks through all pages of a state.
type inspection struct {
	pages  *pages
	used   []bool // by page
	faults []string
}

func (w *inspection) fault(err error) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, err.Error())
	}
}

func (w *inspection) file() {
	w.use(0, 0)
	w.use(1, 0)
	if err := w.pages.free.check(w.pages.high()); err != nil {
		w.fault(err)
		return
	}
	w.use(w.pages.list.id(), w.pages.list.overflow())
	for i := range w.pages.free.count() {
		w.use(w.pages.free.id(i), 0)
	}
	w.tree(tree{pages: w.pages, root: w.pages.root, buckets: true}, "")
	for id, used := range w.used {
		if !used {
			w.fault(damaged("page %d is neither in use nor free", id))
		}
	}
}

// use marks a page with its overflow, and tells whether nobody had it before.
func (w *inspection) use(id, overflow uint64) bool {
	for end := id + overflow; id <= end; id++ {
		if w.used[id] {
			w.fault(damaged("page %d is used twice", id))
			return false
		}
		w.used[id] = true
	}
	return true
}

func (w *inspection) tree(t tree, bucket string) {
	top, err := t.top()
	if err != nil {
		w.fault(err)
		return
	}
	w.node(t, top, bucket)
}

// node walks through a page and what is below it. A page that somebody has already is not entered: that ends circles.
func (w *inspection) node(t tree, n node, bucket string) {
	if t.inline == nil && !w.use(n.id(), n.overflow()) {
		return
	}
	for i := range n.count() {
		if !n.leaf() {
			if c, err := t.child(n, i); err != nil {
				w.fault(err)
			} else {
				w.node(t, c, bucket)
			}
			continue
		}
		w.leaf(t, n, i, bucket)
	}
}

func (w *inspection) leaf(t tree, n node, i int, bucket string) {
	switch {
	case n.isBucket(i) != t.buckets:
		w.fault(damaged("page %d: element %d", n.id(), i))
	case t.buckets:
		name := string(n.name(i))
		if below, err := w.pages.bucket(name); err != nil {
			w.fault(err)
		} else {
			w.tree(below, name)
		}
	case bucket == logBucket:
		if err := checkLog(n.name(i), n.value(i)); err != nil {
			w.fault(err)
		}
	}
}
