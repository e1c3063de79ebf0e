package audit

import "io"

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
		a.chain(chain)
	}
	return a, nil
}

// chain is what the exports have of a chain, which begins with nothing.
func (a *Archive) chain(name string) *chainArchive {
	c := a.chains[name]
	if c == nil {
		c = &chainArchive{ChainReport: ChainReport{Chain: name}}
		a.chains[name] = c
	}
	return c
}

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
