package audit

import (
	"fmt"

	"jotkit/userdb/kv"
)

// A Reading reads a span of a chain in pages, each in a View of its own, and holds the lines to what was written.
type Reading struct {
	span  Span
	next  uint64 // number of the next line; 0 before the first
	last  Sum    // MAC of the line before it
	known bool
}

// NewReading begins at the start of a span, as [Spans] yields it.
func NewReading(s Span) *Reading { return &Reading{span: s} }

// Page returns the next lines, at most so many, and none at the end. The errors are kv.ErrDamaged for a line that is not
// as it was written or is missing, and ErrMoved when lines were pruned, after the first page, that had not been read yet, or
// the store was put back.
func (r *Reading) Page(v kv.View, key []byte, most int) (lines []Line, err error) {
	if err := r.begin(v, key); err != nil {
		return nil, err
	}
	if r.next > r.span.Last {
		return nil, nil
	}
	for e, err := range v.Scan(linesOf(r.span.Chain), lineName(r.span.Chain, r.next-1)) {
		if err != nil {
			return nil, err
		}
		l, err := r.take(e, key)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
		if len(lines) == most || l.Seq == r.span.Last {
			return lines, nil
		}
	}
	return nil, damaged(lineName(r.span.Chain, r.next), "it is missing")
}

func (r *Reading) begin(v kv.View, key []byte) error {
	h, err := readHead(v, key, r.span.Chain)
	switch {
	case err != nil:
		return err
	case h.Seq == 0:
		return damaged(headPrefix+r.span.Chain, "it is missing")
	case h.Seq < r.span.Last:
		return fmt.Errorf("%w: chain %q ends before line %d now", ErrMoved, r.span.Chain, r.span.Last)
	case r.next == 0:
		r.next = max(r.span.First, h.First)
	case h.First > r.next:
		return fmt.Errorf("%w: the lines of chain %q up to %d have been pruned", ErrMoved, r.span.Chain, h.First-1)
	}
	return nil
}

func (r *Reading) take(e kv.Entry, key []byte) (Line, error) {
	if e.Name != lineName(r.span.Chain, r.next) {
		return Line{}, damaged(lineName(r.span.Chain, r.next), "it is missing")
	}
	l, err := parseLine(e.Name, e.Value)
	switch {
	case err != nil:
		return l, err
	case !l.authentic(key):
		return l, damaged(e.Name, "it is not what was written")
	case r.known && l.Prev != r.last:
		return l, damaged(e.Name, "it does not follow the line before it")
	}
	r.next, r.last, r.known = l.Seq+1, l.MAC, true
	return l, nil
}
