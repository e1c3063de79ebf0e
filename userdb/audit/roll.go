package audit

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"slices"

	"jotkit/userdb/kv"
)

// listName is the record of which chains there are, so that one cannot go whole, head and all, unseen.
const listName = "audit-chains"

// A roll is that record. Chains are added when they begin, and stay for ever.
type roll struct {
	Chains []string `json:"chains"` // sorted
	MAC    Sum      `json:"mac"`
}

func (l roll) mac(key []byte) Sum {
	k := newMAC(key, "jotkit audit chains 1")
	k.number(uint64(len(l.Chains)))
	for _, chain := range l.Chains {
		k.text(chain)
	}
	return k.sum()
}

// Create writes the record of which chains there are, with none. It belongs into the first commit of a store: nothing
// can be appended where it is missing.
func Create(tx kv.Tx, key []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return putRoll(tx, key, roll{Chains: []string{}})
}

// readRoll returns kv.ErrNotFound where the record is missing, and kv.ErrDamaged where it is not what was written.
func readRoll(r kv.Reader, key []byte) (l roll, err error) {
	value, err := r.Get(listName)
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(value, &l); err != nil {
		return l, damaged(listName, "it is not the JSON it should be")
	}
	want := l.mac(key)
	if again, err := json.Marshal(l); err != nil || !bytes.Equal(again, value) || !hmac.Equal(want[:], l.MAC[:]) {
		return l, damaged(listName, "it is not what was written")
	}
	return l, nil
}

func putRoll(tx kv.Tx, key []byte, l roll) error {
	l.MAC = l.mac(key)
	value, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return tx.Put(listName, value)
}

// enlist notes that a chain begins. One that is noted already has lost its head and all its lines.
func enlist(tx kv.Tx, key []byte, chain string) error {
	l, err := readRoll(tx, key)
	if errors.Is(err, kv.ErrNotFound) {
		return damaged(listName, "it is missing")
	}
	if err != nil {
		return err
	}
	at, known := slices.BinarySearch(l.Chains, chain)
	if known {
		return damaged(headPrefix+chain, "it is missing, and so are the lines of the audit chain")
	}
	l.Chains = slices.Insert(l.Chains, at, chain)
	return putRoll(tx, key, l)
}
