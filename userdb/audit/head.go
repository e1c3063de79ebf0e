package audit

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"errors"

	"jotkit/userdb/kv"
)

// A head says where a chain begins and ends. It has a MAC of its own, so that nobody can shorten a chain and write a
// head that fits.
type head struct {
	First uint64 `json:"first"` // the oldest line kept; Seq+1 where there is none
	Seq   uint64 `json:"seq"`   // the newest
	Last  Sum    `json:"last"`  // MAC of the newest
	MAC   Sum    `json:"mac"`
}

const headPrefix = "audit-head/"

// kept is how many lines the chain has.
func (h head) kept() uint64 { return h.Seq + 1 - h.First }

func (h head) mac(key []byte, chain string) Sum {
	k := newMAC(key, "jotkit audit head 1")
	k.text(chain)
	k.number(h.First)
	k.number(h.Seq)
	k.Write(h.Last[:])
	return k.sum()
}

// readHead returns the head of a chain. A chain without one begins at line 1 and has none yet: its Seq is 0.
func readHead(r kv.Reader, key []byte, chain string) (head, error) {
	name := headPrefix + chain
	value, err := r.Get(name)
	if errors.Is(err, kv.ErrNotFound) {
		return head{First: 1}, nil
	}
	if err != nil {
		return head{}, err
	}
	var h head
	if err := json.Unmarshal(value, &h); err != nil {
		return head{}, damaged(name, "it is not the JSON it should be")
	}
	want := h.mac(key, chain)
	if again, err := json.Marshal(h); err != nil || !bytes.Equal(again, value) {
		return head{}, damaged(name, "it is not what was written")
	}
	if !hmac.Equal(want[:], h.MAC[:]) || h.First < 1 || h.Seq < 1 || h.First > h.Seq+1 {
		return head{}, damaged(name, "it is not what was written")
	}
	return h, nil
}

func putHead(tx kv.Tx, key []byte, chain string, h head) error {
	h.MAC = h.mac(key, chain)
	value, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return tx.Put(headPrefix+chain, value)
}
