package audit

import (
	"errors"
	"slices"

	"jotkit/userdb/kv"
)

// What can be wrong with a chain.
const (
	HeadMissing   = "the head is missing: where the chain begins and ends is not known"
	HeadChanged   = "the head is not what was written: where the chain begins and ends is not known"
	ChainMissing  = "the whole chain is missing"
	ChainUnlisted = "the chain is not in the list of chains"
	ListMissing   = "the list of chains is missing: a whole chain may be gone"
	ListChanged   = "the list of chains is not what was written: a whole chain may be gone"
	CutStart      = "cut at the start: lines are missing"
	CutMiddle     = "cut in the middle: lines are missing"
	CutEnd        = "cut at the end: lines are missing"
	LineChanged   = "changed: not what was written as this line of this chain"
	LineMoved     = "does not follow the line before it"
	LineBeyond    = "lies beyond the ends of the chain"
	EndDiffers    = "is not the end that the head names"
)

// A Fault is one thing that is wrong: with lines From to To, or with the head, where both are 0.
type Fault struct {
	From, To uint64
	What     string // one of the constants
	File     string // the export it is in; "" for the store
	Row      int    // of the file, from 1; 0 where that says nothing
}

// A ChainReport says how a chain was found. That of the chain "" is about the list of chains, and what belongs to none.
type ChainReport struct {
	Chain       string
	First, Last uint64  // the ends as the head has them, or the exports before it; 0 where there is no good head
	Lines       int     // in the store that are as they were written
	Exported    int     // in exports that are as they were written
	Faults      []Fault // the first 100; none when the chain is whole
}

const maxFaults = 100

// fault notes a fault, as one with the last when it goes on from there.
func (r *ChainReport) fault(f Fault) {
	if n := len(r.Faults); n > 0 && f.From > 0 {
		last := &r.Faults[n-1]
		if last.What == f.What && last.File == f.File && last.To+1 == f.From {
			last.To = f.To
			return
		}
	}
	if len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, f)
	}
}

// Verify reads every line of every chain, and reports on each chain, by name. An error comes beside the reports on what
// could be read; it is kv.ErrDamaged when there are records that belong to no chain known and cannot be read.
func Verify(v kv.View, key []byte) ([]ChainReport, error) {
	c, err := NewCheck(key)
	for more := err == nil; more; {
		if more, err = c.Page(v, 1000); err != nil {
			return c.reports, err
		}
	}
	if err != nil {
		return nil, err
	}
	return c.Reports()
}

// A Check verifies in pages, each in a View of its own, while others append and prune.
type Check struct {
	key     []byte
	begun   bool
	listed  bool     // the list of chains is good
	roll    []string // what it says
	names   []string // of the chains still to be looked at; the first is that of walk
	walk    *walk
	reports []ChainReport
	fault   error // records that belong to no chain
}

// NewCheck has seen nothing yet.
func NewCheck(key []byte) (*Check, error) { return &Check{key: key}, checkKey(key) }

// Page looks at the next lines, about as many as are asked for, and tells whether there are more.
func (c *Check) Page(v kv.View, most int) (more bool, err error) {
	if !c.begun {
		if err := c.begin(v); err != nil {
			return false, err
		}
	}
	if c.walk == nil {
		if len(c.names) == 0 {
			return false, nil
		}
		c.walk = newWalk(c.key, c.names[0])
	}
	done, err := c.walk.page(v, most)
	if err != nil || !done {
		return err == nil, err
	}
	r := c.walk.ChainReport
	if _, known := slices.BinarySearch(c.roll, r.Chain); c.listed && !known {
		r.fault(Fault{What: ChainUnlisted})
	}
	c.reports, c.names, c.walk = append(c.reports, r), c.names[1:], nil
	return len(c.names) > 0, nil
}

// begin finds out which chains there are, and which there should be.
func (c *Check) begin(v kv.View) error {
	c.begun = true
	l, err := readRoll(v, c.key)
	switch {
	case errors.Is(err, kv.ErrNotFound):
		c.reports = []ChainReport{{Faults: []Fault{{What: ListMissing}}}}
	case errors.Is(err, kv.ErrDamaged):
		c.reports = []ChainReport{{Faults: []Fault{{What: ListChanged}}}}
	case err != nil:
		return err
	default:
		c.listed, c.roll = true, l.Chains
	}
	c.names, err = chains(v, c.roll)
	if !errors.Is(err, kv.ErrDamaged) {
		return err
	}
	c.fault = err
	return nil
}

// Reports are what was found, when there are no more pages.
func (c *Check) Reports() ([]ChainReport, error) { return c.reports, c.fault }
