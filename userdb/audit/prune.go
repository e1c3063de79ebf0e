package audit

import (
	"errors"
	"fmt"

	"jotkit/userdb/kv"
)

// ErrMoved comes back when the lines in the store are not those that were read before: they were pruned meanwhile, or
// another store has taken the place of this one.
var ErrMoved = errors.New("the audit has changed since it was read")

const (
	// shed is how many lines an Append deletes at most. It is more than it writes, so that a chain comes down to a limit
	// that was lowered.
	shed = 4
	// pruned is how many lines a Prune deletes at most, for others wait as long as it runs.
	pruned = 500
)

// Prune deletes the lines of a chain up to the last one of a span that was read, oldest first, and notes in the head
// where the chain begins now, so that [Verify] can tell it from a cut. A chain without lines keeps its head, and its
// numbers go on. gone is how many lines this call has deleted, and left how many there still are: call it again.
// ErrMoved comes back when the store does not hold these lines, or some before them that were not read.
func Prune(tx kv.Tx, key []byte, read Span) (gone, left uint64, err error) {
	if err := checkKey(key); err != nil {
		return 0, 0, err
	}
	h, err := readHead(tx, key, read.Chain)
	if err != nil {
		return 0, 0, err
	}
	if h.First > read.Last && h.Seq >= read.Last {
		return 0, 0, nil // somebody was quicker
	}
	if h.First < read.First || h.Seq < read.Last {
		return 0, 0, fmt.Errorf("%w: chain %q has the lines %d to %d", ErrMoved, read.Chain, h.First, h.Seq)
	}
	last, err := readLine(tx, read.Chain, read.Last)
	if err != nil {
		return 0, 0, err
	}
	if last.MAC != read.MAC {
		return 0, 0, fmt.Errorf("%w: line %d of chain %q is another one", ErrMoved, read.Last, read.Chain)
	}
	was := h.First
	if err := h.drop(tx, read.Chain, read.Last, pruned); err != nil {
		return 0, 0, err
	}
	return h.First - was, read.Last + 1 - h.First, putHead(tx, key, read.Chain, h)
}

// drop deletes lines, oldest first: up to the number last, and no more than most of them.
func (h *head) drop(tx kv.Tx, chain string, last uint64, most int) error {
	for ; h.First <= last && most > 0; most-- {
		if err := tx.Delete(lineName(chain, h.First)); err != nil {
			return err
		}
		h.First++
	}
	return nil
}
