package audit

import (
	"encoding/json"
	"fmt"

	"jotkit/userdb/kv"
)

// Append writes an event as the next line of a chain, which it begins if there is none. key is Secrets.Audit. Of a chain
// that has grown beyond keep lines the oldest go in the same commit, a few at a time; 0 keeps all. It reads and writes
// single records, so it goes into the Update that it tells of. The errors are ErrEvent, and kv.ErrDamaged when the end of
// the chain is not as its head says, or a chain that had begun is gone: nothing is written over what has to be looked into.
func Append(tx kv.Tx, key []byte, chain string, e Event, keep uint64) error {
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
	h, err := nextHead(tx, key, chain)
	if err != nil {
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
	if keep > 0 && h.kept() > keep {
		if err := h.drop(tx, chain, h.Seq-keep, shed); err != nil {
			return err
		}
	}
	return putHead(tx, key, chain, h)
}

// nextHead returns the head of a chain that is fit to be written on, and lists one that begins.
func nextHead(tx kv.Tx, key []byte, chain string) (head, error) {
	h, err := readHead(tx, key, chain)
	if err != nil {
		return h, err
	}
	if err := checkEnd(tx, chain, h); err != nil {
		return h, err
	}
	if h.Seq == 0 {
		err = enlist(tx, key, chain)
	}
	return h, err
}

// checkEnd tells whether the newest line is the one that the head names.
func checkEnd(r kv.Reader, chain string, h head) error {
	name, value, err := floor(r, chain, afterLines(chain))
	switch {
	case err != nil:
		return err
	case h.kept() == 0 && name == "":
		return nil
	case h.kept() == 0 || name != lineName(chain, h.Seq):
		return damaged(headPrefix+chain, "the audit chain does not end where it says")
	}
	l, err := parseLine(name, value)
	if err == nil && l.MAC != h.Last {
		err = damaged(name, "it is not the end that the head of its chain names")
	}
	return err
}
