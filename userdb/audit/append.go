package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"jotkit/userdb/kv"
)

// Append writes an event as the next line of a chain, which it begins if there is none. key is Secrets.Audit. It reads
// and writes single records, so it goes into the Update that it tells of. The errors are ErrEvent, and kv.ErrDamaged
// when the end of the chain is not as its head says: nothing is written over what has to be looked into.
func Append(tx kv.Tx, key []byte, chain string, e Event) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if !isChainName(chain) {
		return fmt.Errorf("%w: chain %q", ErrEvent, chain)
	}
	e, err := e.fit()
	if err != nil {
		return err
	}
	h, err := readHead(tx, key, chain)
	if err != nil {
		return err
	}
	if err := checkEnd(tx, chain, h); err != nil {
		return err
	}
	l := Line{Chain: chain, Seq: h.Seq + 1, Event: e, Prev: h.Last}
	l.MAC = l.mac(key)
	value, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := tx.Put(lineName(chain, l.Seq), value); err != nil {
		return err
	}
	h.Seq, h.Last = l.Seq, l.MAC
	return putHead(tx, key, chain, h)
}

// checkEnd tells whether the newest line is the one that the head names.
func checkEnd(r kv.Reader, chain string, h head) error {
	name, value, err := r.Floor(linesOf(chain) + "\xff")
	if errors.Is(err, kv.ErrNotFound) || err == nil && !strings.HasPrefix(name, linesOf(chain)) {
		name, err = "", nil
	}
	switch {
	case err != nil:
		return err
	case h.Seq == 0 && name == "":
		return nil
	case h.Seq == 0 || name != lineName(chain, h.Seq):
		return damaged(headPrefix+chain, "the audit chain does not end where it says")
	}
	l, err := parseLine(name, value)
	if err == nil && l.MAC != h.Last {
		err = damaged(name, "it is not the end that the head of its chain names")
	}
	return err
}

// pruned is how many lines one Prune deletes at most, for others wait as long as it runs.
const pruned = 500

// Prune deletes the lines of a chain that come before a number, oldest first, and notes in the head where it begins
// now, so that [Verify] can tell it from a cut. more says that there is some left to delete: call it again. A chain
// pruned past its end goes whole, head and all.
func Prune(tx kv.Tx, key []byte, chain string, before uint64) (more bool, err error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	h, err := readHead(tx, key, chain)
	if err != nil || h.Seq == 0 {
		return false, err
	}
	for range pruned {
		if h.First >= before || h.First > h.Seq {
			break
		}
		if err := tx.Delete(lineName(chain, h.First)); err != nil {
			return false, err
		}
		h.First++
	}
	if h.First > h.Seq {
		return false, tx.Delete(headPrefix + chain)
	}
	return h.First < before, putHead(tx, key, chain, h)
}
