package bolt

import (
	"encoding/binary"
	"sort"
)

// A freelist is the sorted list of the pages that no tree uses, as it lies in its page.
type freelist []byte

const freeID = 8 // bytes of one page number

func openFreelist(p page) (freelist, error) {
	if p.flags() != freelistPage {
		return nil, damaged("page %d is no list of free pages", p.id())
	}
	ids, n := p[pageHeader:], uint64(p.count())
	if n == 0xFFFF { // too many for the header: the first entry is the count
		n, ids = binary.NativeEndian.Uint64(ids), ids[freeID:]
	}
	if n > uint64(len(ids))/freeID {
		return nil, damaged("list of %d free pages", n)
	}
	return freelist(ids[:n*freeID]), nil
}

func (f freelist) count() int { return len(f) / freeID }

func (f freelist) id(i int) uint64 { return binary.NativeEndian.Uint64(f[i*freeID:]) }

// overlaps tells whether any of the pages from first to last is free.
func (f freelist) overlaps(first, last uint64) bool {
	i := sort.Search(f.count(), func(i int) bool { return f.id(i) >= first })
	return i < f.count() && f.id(i) <= last
}

// check looks at the whole list, before bbolt takes pages from it to write to.
func (f freelist) check(high uint64) error {
	before := uint64(1)
	for i := range f.count() {
		id := f.id(i)
		if id <= before || id >= high {
			return damaged("free page %d after %d, of %d", id, before, high)
		}
		before = id
	}
	return nil
}
