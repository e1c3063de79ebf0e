package audit

import (
	"cmp"
	"container/heap"
	"iter"
	"time"

	"jotkit/userdb/kv"
)

// A Filter says which lines to list. The zero value lists all.
type Filter struct {
	Since time.Time // not before this
	User  string    // about this user, or by them
	Event string
	// After holds the last line seen of each chain: only later ones are listed. Keep it from page to page, each of a View
	// of its own, and to follow what comes in.
	After map[string]Seen
}

// Takes tells whether the line is one to be listed, wherever it stands.
func (f Filter) Takes(l Line) bool {
	return !l.Time.Before(f.Since) &&
		(f.User == "" || l.User == f.User || l.By == f.User) &&
		(f.Event == "" || l.Event.Event == f.Event)
}

// List yields lines of all chains by time, and those of one chain always in their order. It holds a few lines of each
// chain at a time. It reads and does not verify, and ends at the first record that it cannot read.
func List(v kv.View, f Filter) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		q, err := open(v, f)
		if err != nil {
			yield(Line{}, err)
			return
		}
		for len(q) > 0 {
			l := q[0].page[0]
			if f.Takes(l) && !yield(l, nil) {
				return
			}
			if err := q.advance(v); err != nil {
				yield(Line{}, err)
				return
			}
		}
	}
}

// A cursor is a place in a chain, with the next few lines of it.
type cursor struct {
	chain string
	seq   uint64 // of the last line read
	page  []Line
}

const pageSize = 16

// fill reads the next lines; at the end of the chain there are none.
func (c *cursor) fill(v kv.View) error {
	c.page = c.page[:0]
	for e, err := range v.Scan(linesOf(c.chain), lineName(c.chain, c.seq)) {
		if err != nil {
			return err
		}
		l, err := parseLine(e.Name, e.Value)
		if err != nil {
			return err
		}
		c.page, c.seq = append(c.page, l), l.Seq
		if len(c.page) == pageSize {
			break
		}
	}
	return nil
}

// A queue is a heap of cursors, the one with the oldest line first.
type queue []*cursor

func open(v kv.View, f Filter) (queue, error) {
	names, err := chains(v, nil)
	if err != nil {
		return nil, err
	}
	var q queue
	for _, chain := range names {
		seen, err := resume(v, chain, f.After[chain])
		if err != nil {
			return nil, err
		}
		c := &cursor{chain: chain, seq: seen.Seq}
		if err := c.fill(v); err != nil {
			return nil, err
		}
		if len(c.page) > 0 {
			q = append(q, c)
		}
	}
	heap.Init(&q)
	return q, nil
}

// advance leaves the line that was first.
func (q *queue) advance(v kv.View) error {
	c := (*q)[0]
	if c.page = c.page[1:]; len(c.page) == 0 {
		if err := c.fill(v); err != nil {
			return err
		}
	}
	if len(c.page) == 0 {
		heap.Pop(q)
		return nil
	}
	heap.Fix(q, 0)
	return nil
}

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	return cmp.Or(a.page[0].Time.Compare(b.page[0].Time), cmp.Compare(a.chain, b.chain)) < 0
}
func (q *queue) Push(x any) { *q = append(*q, x.(*cursor)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
