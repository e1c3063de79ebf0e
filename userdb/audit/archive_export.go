package audit

import (
	"bytes"
	"maps"
	"slices"
)

// An export is one file while it is read.
type export struct {
	*Archive
	file string
	row  int
	open map[string]*segment // by chain, since the last closing line
	runs []string            // the chains as they come, each of which stands together
}

// take takes one line, and tells whether it closes the export.
func (x *export) take(text []byte) (closes bool) {
	if bytes.HasPrefix(text, []byte(closingStart)) {
		c, ok := parseClosing(text, x.key)
		if !ok {
			x.stray.fault(Fault{What: ClosingChanged, File: x.file, Row: x.row})
		} else {
			x.compare(c)
		}
		x.close()
		return true
	}
	l, ok := parseExport(text)
	if !ok {
		x.stray.fault(Fault{What: NotExported, File: x.file, Row: x.row})
		return false
	}
	good := l.authentic(x.key)
	if x.chains[l.Chain] == nil && !good {
		x.stray.fault(Fault{What: NotExported, File: x.file, Row: x.row})
		return false
	}
	x.line(x.chain(l.Chain), l, good)
	return false
}

// line holds a line against the one before it of its chain.
func (x *export) line(chain *chainArchive, l Line, good bool) {
	note := func(from, to uint64, what string) {
		chain.fault(Fault{From: from, To: to, What: what, File: x.file, Row: x.row})
	}
	s := x.open[l.Chain]
	if !good {
		note(l.Seq, l.Seq, LineChanged)
		if s != nil && l.Seq == s.Last+1 {
			s.Last, s.known = l.Seq, false
		}
		return
	}
	if n := len(x.runs); n == 0 || x.runs[n-1] != l.Chain {
		x.runs = append(x.runs, l.Chain)
	}
	switch {
	case s == nil:
		s = &segment{Span: Span{Chain: l.Chain, First: l.Seq}, file: x.file, prev: l.Prev}
		x.open[l.Chain] = s
	case l.Seq <= s.Last:
		note(l.Seq, l.Seq, LineMoved)
		return
	case l.Seq > s.Last+1:
		note(s.Last+1, l.Seq-1, CutMiddle)
	case s.known && s.MAC != l.Prev:
		note(l.Seq, l.Seq, LineMoved)
	}
	chain.Exported++
	s.Last, s.MAC, s.known = l.Seq, l.MAC, true
}

// compare holds what was read against what the closing line says.
func (x *export) compare(c Closing) {
	left := maps.Clone(x.open)
	if wrong := x.misplaced(c); wrong != nil {
		x.chains[wrong.Chain].fault(Fault{From: wrong.First, To: wrong.Last, What: LineMoved, File: x.file, Row: x.row})
	}
	for _, want := range c.Chains {
		chain := x.chain(want.Chain) // the closing line is genuine, also where the store knows nothing of the chain
		note := func(from, to uint64, what string) {
			chain.fault(Fault{From: from, To: to, What: what, File: x.file, Row: x.row})
		}
		got := left[want.Chain]
		delete(left, want.Chain)
		switch {
		case got == nil:
			note(want.First, want.Last, CutMiddle)
			continue
		case got.First > want.First:
			note(want.First, got.First-1, CutStart)
		}
		switch {
		case got.Last < want.Last:
			note(got.Last+1, want.Last, CutEnd)
		case got.Last > want.Last || got.First < want.First:
			note(min(got.First, want.First), max(got.Last, want.Last), LineBeyond)
		case got.known && got.MAC != want.MAC:
			note(got.Last, got.Last, EndDiffers)
		}
	}
	for _, s := range left {
		x.chains[s.Chain].fault(Fault{From: s.First, To: s.Last, What: LineBeyond, File: x.file, Row: x.row})
	}
}

// misplaced returns the first lines that stand in another place of the export than the closing line says, or nil.
func (x *export) misplaced(c Closing) *segment {
	at := 0
	for _, chain := range x.runs {
		i := slices.IndexFunc(c.Chains, func(s Span) bool { return s.Chain == chain })
		if i >= 0 && i < at {
			return x.open[chain]
		}
		at = max(at, i)
	}
	return nil
}

// close ends the segments that are open.
func (x *export) close() {
	for _, name := range slices.Sorted(maps.Keys(x.open)) {
		chain := x.chains[name]
		chain.segments = append(chain.segments, *x.open[name])
	}
	clear(x.open)
	x.runs = nil
}
