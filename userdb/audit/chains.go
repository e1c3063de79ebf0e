package audit

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"jotkit/userdb/kv"
)

// A Span is a row of lines of one chain, the MAC of the last of which stands for all of them.
type Span struct {
	Chain string `json:"chain"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	MAC   Sum    `json:"mac"` // of the line Last
}

// Lines is how many there are.
func (s Span) Lines() uint64 { return s.Last + 1 - s.First }

// Spans yields the chains by name, each with the lines it has now; where it has none, First is Last+1. It ends at the
// first error.
func Spans(v kv.View, key []byte) iter.Seq2[Span, error] {
	return func(yield func(Span, error) bool) {
		for e, err := range v.Scan(headPrefix, "") {
			var h head
			chain := strings.TrimPrefix(e.Name, headPrefix)
			if err == nil {
				h, err = readHead(v, key, chain)
			}
			if err != nil {
				yield(Span{}, err)
				return
			}
			if !yield(Span{chain, h.First, h.Seq, h.Last}, nil) {
				return
			}
		}
	}
}

// Chains returns the names of all chains that can be made out, also in a store that is damaged.
func Chains(v kv.View, key []byte) ([]string, error) {
	l, err := readRoll(v, key)
	if err != nil && !errors.Is(err, kv.ErrDamaged) && !errors.Is(err, kv.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		l.Chains = nil
	}
	names, err := chains(v, l.Chains)
	return names, unlessDamaged(err)
}

// chains returns the names of all chains that are among those listed, or have a head or a line, in order. Where a record
// cannot be read it goes on with what it can see, and returns the error beside it.
func chains(v kv.View, listed []string) ([]string, error) {
	names := map[string]bool{}
	for _, chain := range listed {
		names[chain] = true
	}
	var fault error
	for e, err := range v.Scan(headPrefix, "") {
		if fault = err; err == nil {
			names[strings.TrimPrefix(e.Name, headPrefix)] = true
		}
	}
	for after := ""; ; {
		name, err := firstName(v, after)
		switch {
		case errors.Is(err, kv.ErrDamaged):
			// The line belongs to the next chain known, where Verify reads it again, or to none that is.
			if name = nextKnown(names, after); name == "" {
				return slices.Sorted(maps.Keys(names)), err
			}
		case err != nil:
			return nil, err
		case name == "":
			return slices.Sorted(maps.Keys(names)), fault
		}
		chain, _, _ := strings.Cut(strings.TrimPrefix(name, linePrefix), "/")
		names[chain] = true
		after = afterLines(chain)
	}
}

// firstName returns the name of the first line after a name, or "".
func firstName(v kv.View, after string) (string, error) {
	for e, err := range v.Scan(linePrefix, after) {
		return e.Name, err
	}
	return "", nil
}

// nextKnown returns the prefix of the first chain known that lies after a name, or "".
func nextKnown(names map[string]bool, after string) (next string) {
	for chain := range names {
		if p := linesOf(chain); p > after && (next == "" || p < next) {
			next = p
		}
	}
	return next
}
