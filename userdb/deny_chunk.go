package userdb

import (
	"bytes"
	"iter"
	"slices"
	"strings"
)

// A Chunk is one piece of the deny list: every digest in [low, high), and which of them are denied. Absence from the
// chunk that covers a digest is the proof that it is not denied.
type Chunk struct {
	low     Digest
	high    Digest // zero stands for the end of the space, 2^96
	entries []denied
}

type denied struct {
	digest     Digest
	until, cut uint32
}

const denyPrefix = "deny/"

// Name returns the name of the record of the chunk.
func (c Chunk) Name() string { return denyPrefix + c.low.String() }

// Low returns the least digest that the chunk covers.
func (c Chunk) Low() Digest { return c.low }

// Len returns the number of entries.
func (c Chunk) Len() int { return len(c.entries) }

// Covers tells whether d is in the range of the chunk.
func (c Chunk) Covers(d Digest) bool {
	return bytes.Compare(c.low[:], d[:]) <= 0 && (c.last() || bytes.Compare(d[:], c.high[:]) < 0)
}

// Follows tells whether the chunk begins where prev ends.
func (c Chunk) Follows(prev Chunk) bool { return !prev.last() && c.low == prev.high }

// last tells whether the chunk reaches to the end of the space.
func (c Chunk) last() bool { return c.high == Digest{} }

// Find returns the entry of a digest, and whether there is one.
func (c Chunk) Find(d Digest) (Entry, bool) {
	e, ok := c.find(d)
	return e.entry(), ok
}

// All yields the entries by digest.
func (c Chunk) All() iter.Seq2[Digest, Entry] {
	return func(yield func(Digest, Entry) bool) {
		for _, e := range c.entries {
			if !yield(e.digest, e.entry()) {
				return
			}
		}
	}
}

func (e denied) entry() Entry {
	if e == (denied{}) {
		return Entry{}
	}
	return Entry{Until: atSecond(e.until), Cut: atSecond(e.cut)}
}

func (c Chunk) search(d Digest) (int, bool) {
	return slices.BinarySearchFunc(c.entries, d, func(e denied, d Digest) int {
		return bytes.Compare(e.digest[:], d[:])
	})
}

func (c Chunk) find(d Digest) (denied, bool) {
	if i, ok := c.search(d); ok {
		return c.entries[i], true
	}
	return denied{}, false
}

// isChunk tells whether a record is one of the deny list.
func isChunk(name string) bool { return strings.HasPrefix(name, denyPrefix) }
