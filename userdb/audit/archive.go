package audit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
)

// What can be wrong with an export, beside what can be wrong with a chain.
const (
	NotExported    = "is no line of an export"
	ClosingChanged = "is no closing line that this store has written"
	ClosingMissing = "the export is cut: its closing line is missing"
	OtherLine      = "is another line than the one exported under this number"
	NotKept        = "was exported, and the store ends before it"
)

// An Archive is a row of exports that are verified together. Read takes them one by one, then Join says how they hang
// together, Compare reads those again that Join asks for, and Meet holds them against the store.
type Archive struct {
	key      []byte
	chains   map[string]*chainArchive
	stray    ChainReport // what belongs to no chain
	requests []request
}

// A chainArchive is what the exports have of one chain.
type chainArchive struct {
	ChainReport
	segments []segment // as they came
	end      segment   // after Join: the one that reaches furthest
}

// A segment is lines of a chain that stand together in one export.
type segment struct {
	Span
	file  string
	prev  Sum  // what the first line has as the MAC of the line before it
	known bool // MAC is known
}

// NewArchive has seen no export yet. chains are those that the store has: a line that is not genuine belongs to one of
// them, or to none.
func NewArchive(key []byte, chains []string) (*Archive, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	a := &Archive{key: key, chains: map[string]*chainArchive{}}
	for _, chain := range chains {
		a.chains[chain] = &chainArchive{ChainReport: ChainReport{Chain: chain}}
	}
	return a, nil
}

// longestRow is more than the longest line of an export, with 33 texts of 256 bytes, all escaped.
const longestRow = 1 << 18

// Read reads one export, or several one after the other, by the name of their file. What is wrong with it is kept for the
// report; the error is that of the reader.
func (a *Archive) Read(file string, from io.Reader) error {
	x := &export{Archive: a, file: file, open: map[string]*segment{}}
	closed, err := rows(from, func(row int, text []byte) bool {
		x.row = row
		return x.take(text)
	})
	if !closed && err == nil {
		a.stray.fault(Fault{What: ClosingMissing, File: file, Row: x.row})
	}
	x.close()
	return err
}

// rows hands over each line, without its end, and returns what was said of the last one. Without a line end, or too
// long, it is handed over as nil.
func rows(from io.Reader, each func(row int, text []byte) bool) (last bool, err error) {
	r := bufio.NewReaderSize(from, longestRow)
	for row := 1; ; row++ {
		text, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(text) == 0:
			return last, nil
		case errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
			text = nil
		case err != nil:
			return false, err
		}
		last = each(row, bytes.TrimSuffix(text, []byte("\n")))
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
	}
}

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
	chain := x.chains[l.Chain]
	switch {
	case chain == nil && !good:
		x.stray.fault(Fault{What: NotExported, File: x.file, Row: x.row})
		return false
	case chain == nil:
		chain = &chainArchive{ChainReport: ChainReport{Chain: l.Chain}}
		x.chains[l.Chain] = chain
	}
	x.line(chain, l, good)
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
		chain := x.chains[want.Chain]
		if chain == nil { // genuine, and the store knows nothing of it
			chain = &chainArchive{ChainReport: ChainReport{Chain: want.Chain}}
			x.chains[want.Chain] = chain
		}
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
