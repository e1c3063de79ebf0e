package userdb

import (
	"iter"
	"slices"
	"strings"
)

// A Chunk is one piece of the deny list: every digest in [low, high), and which of them are denied. Absence from the
// chunk that covers a digest is the proof that it is not denied.
type Chunk struct {
	span
	entries []denied
}

type denied struct {
	digest     Digest
	until, cut uint32
}

const denyPrefix = "deny/"

// Len returns the number of entries.
func (c Chunk) Len() int { return len(c.entries) }

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
		return e.digest.compare(d)
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
