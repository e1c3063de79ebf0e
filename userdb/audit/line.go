package audit

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"jotkit/userdb/kv"
)

// A Line is an event in its place.
type Line struct {
	Chain string `json:"-"`
	Seq   uint64 `json:"-"` // from 1
	Event
	Prev Sum `json:"prev"` // MAC of the line before, zero in the first
	MAC  Sum `json:"mac"`
}

const linePrefix = "audit/"

func linesOf(chain string) string { return linePrefix + chain + "/" }

// afterLines is a name behind those of all lines of a chain.
func afterLines(chain string) string { return linesOf(chain) + "\xff" }

func lineName(chain string, seq uint64) string { return fmt.Sprintf("%s%016x", linesOf(chain), seq) }

// parseName takes a name apart into chain and number.
func parseName(name string) (chain string, seq uint64, ok bool) {
	chain, hexSeq, ok := strings.Cut(strings.TrimPrefix(name, linePrefix), "/")
	if !ok || !isChainName(chain) {
		return "", 0, false
	}
	seq, err := strconv.ParseUint(hexSeq, 16, 64)
	return chain, seq, err == nil && lineName(chain, seq) == name
}

// parseLine reads a record. Bytes that say the same in another way are not what was written.
func parseLine(name string, value []byte) (Line, error) {
	var l Line
	var ok bool
	if l.Chain, l.Seq, ok = parseName(name); !ok {
		return Line{}, damaged(name, "its name is not that of an audit line")
	}
	if err := json.Unmarshal(value, &l); err != nil {
		return Line{}, damaged(name, "it is not the JSON it should be")
	}
	if again, err := json.Marshal(l); err != nil || !bytes.Equal(again, value) || !l.timed() {
		return Line{}, damaged(name, "it is not what was written")
	}
	return l, nil
}

// timed tells whether the time is written as fit leaves it. The MAC counts in milliseconds and knows no zones.
func (e Event) timed() bool {
	return e.Time.Location() == time.UTC && e.Time.Nanosecond()%int(time.Millisecond) == 0
}

// mac is what l.MAC must be. Each text goes in behind its length, so that no two lines have the same bytes.
func (l Line) mac(key []byte) Sum {
	h := newMAC(key, "jotkit audit line 1")
	h.text(l.Chain)
	h.number(l.Seq)
	h.Write(l.Prev[:])
	h.number(uint64(l.Time.UnixMilli()))
	for _, s := range []string{l.Event.Event, l.Outcome, l.User, l.By} {
		h.text(s)
	}
	h.number(uint64(len(l.Detail)))
	for _, k := range slices.Sorted(maps.Keys(l.Detail)) {
		h.text(k)
		h.text(l.Detail[k])
	}
	return h.sum()
}

// authentic tells whether the line is one that the key made.
func (l Line) authentic(key []byte) bool {
	want := l.mac(key)
	return hmac.Equal(want[:], l.MAC[:])
}

func damaged(name, what string) error {
	return fmt.Errorf("%w: record %q: %s", kv.ErrDamaged, name, what)
}
