package audit

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"slices"

	"jotkit/userdb/kv"
)

// A request is for the MAC of a line in an export that overlaps with another one: if they agree about the last line that
// both have, they agree about all before it.
type request struct {
	Span // the lines that both have, and the MAC that the last one should have
	file string
}

// Join holds the exports against one another, and returns the files that have to be read again with Compare.
func (a *Archive) Join() (again []string) {
	for _, name := range slices.Sorted(maps.Keys(a.chains)) {
		a.chains[name].join(a)
	}
	for _, r := range a.requests {
		again = append(again, r.file)
	}
	slices.Sort(again)
	return slices.Compact(again)
}

func (c *chainArchive) join(a *Archive) {
	if len(c.segments) == 0 {
		return
	}
	slices.SortStableFunc(c.segments, func(s, t segment) int {
		return cmp.Or(cmp.Compare(s.First, t.First), cmp.Compare(s.Last, t.Last))
	})
	end := c.segments[0]
	c.First = end.First
	for _, s := range c.segments[1:] {
		switch {
		case s.First > end.Last+1:
			c.fault(Fault{From: end.Last + 1, To: s.First - 1, What: CutMiddle, File: s.file})
		case s.First == end.Last+1:
			if end.known && s.prev != end.MAC {
				c.fault(Fault{From: s.First, To: s.First, What: LineMoved, File: s.file})
			}
		default:
			a.overlap(c, end, s)
		}
		if s.Last > end.Last {
			end = s
		}
	}
	c.end, c.Last = end, end.Last
}

// overlap compares the last line that two segments have both.
func (a *Archive) overlap(c *chainArchive, s, t segment) {
	if s.Last > t.Last {
		s, t = t, s
	}
	common := Span{c.Chain, max(s.First, t.First), s.Last, s.MAC}
	switch {
	case !s.known:
	case s.Last < t.Last:
		a.requests = append(a.requests, request{common, t.file})
	case t.known && s.MAC != t.MAC:
		c.fault(Fault{From: common.First, To: common.Last, What: OtherLine, File: t.file})
	}
}

// ErrOnce comes back for an export that was read before and is empty now, such as a pipe: nothing can be said of what it
// has in common with others.
var ErrOnce = errors.New("it overlaps with another export, and cannot be read a second time")

// Compare reads an export again, for what Join wants to know of it. The error is that of the reader, or ErrOnce.
func (a *Archive) Compare(file string, from io.Reader) error {
	type place struct {
		chain string
		seq   uint64
	}
	wanted := map[place][]request{}
	for _, r := range a.requests {
		if at := (place{r.Chain, r.Last}); r.file == file {
			wanted[at] = append(wanted[at], r)
		}
	}
	read := false
	_, err := rows(from, func(row int, text []byte) bool {
		read = true
		l, ok := parseExport(text)
		at := place{l.Chain, l.Seq}
		if !ok || wanted[at] == nil || !l.authentic(a.key) {
			return false
		}
		for _, r := range wanted[at] {
			if r.MAC != l.MAC {
				a.chains[l.Chain].fault(Fault{From: r.First, To: r.Last, What: OtherLine, File: file, Row: row})
			}
		}
		return false
	})
	if err == nil && !read {
		err = ErrOnce
	}
	return err
}

// Meet holds the exports against what the store has, and returns the reports of a [Check] with what was found.
func (a *Archive) Meet(v kv.View, reports []ChainReport) ([]ChainReport, error) {
	by := map[string]*ChainReport{}
	for _, r := range reports {
		by[r.Chain] = &r
	}
	for _, name := range slices.Sorted(maps.Keys(a.chains)) {
		c := a.chains[name]
		r := by[name]
		if r == nil {
			r = &ChainReport{Chain: name, Faults: []Fault{{What: ChainMissing}}}
			by[name] = r
		}
		if len(c.segments) > 0 {
			if err := a.meet(v, c); err != nil {
				return nil, err
			}
			if r.First == 0 || c.First < r.First {
				r.First = c.First
			}
			r.Last = max(r.Last, c.Last)
		}
		r.Exported = c.Exported
		r.Faults = append(r.Faults, c.Faults...)
	}
	if len(a.stray.Faults) > 0 {
		if by[""] == nil {
			by[""] = &ChainReport{}
		}
		by[""].Faults = append(by[""].Faults, a.stray.Faults...)
	}
	var all []ChainReport
	for _, name := range slices.Sorted(maps.Keys(by)) {
		all = append(all, *by[name])
	}
	return all, nil
}

// meet compares the end of what was exported of a chain with the line that the store has in its place, or after it.
func (a *Archive) meet(v kv.View, c *chainArchive) error {
	h, err := readHead(v, a.key, c.Chain)
	if err != nil || h.Seq == 0 {
		return unlessDamaged(err) // Check has told of it
	}
	end := c.end
	note := func(from, to uint64, what string) { c.fault(Fault{From: from, To: to, What: what, File: end.file}) }
	switch {
	case end.Last > h.Seq:
		note(h.Seq+1, end.Last, NotKept)
		return nil
	case end.Last+1 < h.First:
		note(end.Last+1, h.First-1, CutMiddle)
		return nil
	case !end.known:
		return nil
	}
	mac, known, err := a.macAt(v, h, c.Chain, end.Last)
	if err != nil {
		return unlessDamaged(err)
	}
	if known && mac != end.MAC {
		note(end.Last, end.Last, OtherLine)
	}
	return nil
}

// macAt returns the MAC that the store has for a line, which may be the one before the first it keeps.
func (a *Archive) macAt(v kv.View, h head, chain string, seq uint64) (mac Sum, known bool, err error) {
	if seq == h.Seq {
		return h.Last, true, nil
	}
	l, err := readAt(v, chain, max(seq, h.First))
	if err != nil || !l.authentic(a.key) {
		return mac, false, err
	}
	if seq < h.First {
		return l.Prev, true, nil
	}
	return l.MAC, true, nil
}

// unlessDamaged lets an error pass unless it is of a record that Check has told of.
func unlessDamaged(err error) error {
	if errors.Is(err, kv.ErrDamaged) {
		return nil
	}
	return err
}
