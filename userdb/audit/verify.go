package audit

import (
	"errors"
	"math"

	"jotkit/userdb/kv"
)

// What can be wrong with a chain.
const (
	HeadMissing = "the head is missing: where the chain begins and ends is not known"
	HeadChanged = "the head is not what was written: where the chain begins and ends is not known"
	CutStart    = "cut at the start: lines are missing"
	CutMiddle   = "cut in the middle: lines are missing"
	CutEnd      = "cut at the end: lines are missing"
	LineChanged = "changed: not what was written as this line of this chain"
	LineMoved   = "does not follow the line before it"
	LineBeyond  = "lies beyond the ends of the chain"
	EndDiffers  = "is not the end that the head names"
)

// A Fault is one thing that is wrong: with lines From to To, or with the head, where both are 0.
type Fault struct {
	From, To uint64
	What     string // one of the constants
}

// A ChainReport says how a chain was found.
type ChainReport struct {
	Chain  string
	Lines  int     // that are as they were written
	Faults []Fault // the first 100; none when the chain is whole
}

const maxFaults = 100

// Verify reads every line of every chain, and reports on each chain, by name. An error comes beside the reports on what
// could be read; it is kv.ErrDamaged when there are records that belong to no chain known and cannot be read. No line,
// no fault and no error together mean only that nobody has written anything, or that all of it was taken away.
func Verify(v kv.View, key []byte) ([]ChainReport, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	names, fault := chains(v)
	var reports []ChainReport
	for _, chain := range names {
		r, err := verifyChain(v, key, chain)
		if err != nil {
			return reports, err
		}
		reports = append(reports, r)
	}
	return reports, fault
}

func verifyChain(v kv.View, key []byte, chain string) (ChainReport, error) {
	w := walk{key: key, ChainReport: ChainReport{Chain: chain}}
	h, err := readHead(v, key, chain)
	switch {
	case errors.Is(err, kv.ErrDamaged):
		w.fault(0, 0, HeadChanged)
		w.open = true
	case err != nil:
		return ChainReport{}, err
	case h.Seq == 0:
		w.fault(0, 0, HeadMissing)
		w.open = true
	}
	if w.open {
		h = head{First: 1, Seq: math.MaxUint64}
	}
	w.head, w.want, w.known = h, h.First, h.First == 1 && !w.open
	if err := w.run(v); err != nil {
		return ChainReport{}, err
	}
	return w.ChainReport, nil
}
