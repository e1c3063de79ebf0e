package bolt

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// The layout of a page of bbolt's file format, version 2: a header, a table of elements of 16 bytes each, and behind it
// the names and values of the elements, one after the other. Numbers are in the byte order of the machine.
const (
	pageHeader = 16 // id 8, flags 2, count 2, overflow 4
	element    = 16 // leaf: flags 4, pos 4, ksize 4, vsize 4; branch: pos 4, ksize 4, child 8

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	bucketEntry = 0x01 // flag of a leaf element that holds a bucket
)

// A page is one page with its overflow, checked: see [checkPage].
type page []byte

func (p page) id() uint64       { return binary.NativeEndian.Uint64(p) }
func (p page) flags() uint16    { return binary.NativeEndian.Uint16(p[8:]) }
func (p page) count() int       { return int(binary.NativeEndian.Uint16(p[10:])) }
func (p page) overflow() uint64 { return uint64(binary.NativeEndian.Uint32(p[12:])) }
func (p page) leaf() bool       { return p.flags() == leafPage }

// word returns the n-th number of 4 bytes of element i.
func (p page) word(i, n int) uint64 {
	return uint64(binary.NativeEndian.Uint32(p[pageHeader+i*element+4*n:]))
}

// span tells where name and value of element i are: name p[from:mid], value p[mid:to].
func (p page) span(i int) (from, mid, to uint64) {
	at := uint64(pageHeader + i*element)
	if p.leaf() {
		from = at + p.word(i, 1)
		mid = from + p.word(i, 2)
		return from, mid, mid + p.word(i, 3)
	}
	from = at + p.word(i, 0)
	mid = from + p.word(i, 1)
	return from, mid, mid
}

func (p page) name(i int) []byte {
	from, mid, _ := p.span(i)
	return p[from:mid]
}

func (p page) value(i int) []byte {
	_, mid, to := p.span(i)
	return p[mid:to]
}

func (p page) isBucket(i int) bool { return p.word(i, 0) == bucketEntry }

func (p page) child(i int) uint64 {
	return binary.NativeEndian.Uint64(p[pageHeader+i*element+8:])
}

// below returns how many names of the page are < name, or ≤ it.
func (p page) below(name []byte, orEqual bool) int {
	return sort.Search(p.count(), func(i int) bool {
		c := bytes.Compare(p.name(i), name)
		return c > 0 || c == 0 && !orEqual
	})
}

// checkPage makes a page of the bytes of one. No data page has a checksum, so this is what stands between a flipped bit
// and a wild pointer: names and values fill the page without a gap, in order, and end inside it.
func checkPage(b []byte) (page, error) {
	p := page(b)
	if len(b) < pageHeader || !p.leaf() && p.flags() != branchPage {
		return nil, damaged("page of no known kind")
	}
	next := uint64(pageHeader + p.count()*element)
	if next > uint64(len(b)) || p.count() == 0 && !p.leaf() {
		return nil, damaged("page %d: %d elements", p.id(), p.count())
	}
	var before []byte
	for i := range p.count() {
		from, mid, to := p.span(i)
		if from != next || mid == from || to > uint64(len(b)) || p.leaf() && p.word(i, 0) > bucketEntry {
			return nil, damaged("page %d: element %d", p.id(), i)
		}
		if i > 0 && bytes.Compare(before, b[from:mid]) >= 0 {
			return nil, damaged("page %d: names out of order", p.id())
		}
		before, next = b[from:mid], to
	}
	return p, nil
}
