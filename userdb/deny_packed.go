package userdb

import (
	"encoding/binary"
	"math"
)

// A packed is a chunk as it lies in memory for long: of each entry the digest, and of its times how far they lie from the
// least of the chunk, in as few bytes as that takes.
type packed struct {
	span
	until, cut column
	entries    string // it never changes, and takes what it is long
}

// pack packs a chunk.
func pack(c Chunk) packed {
	p := packed{
		span:  c.span,
		until: columnOf(c.entries, func(e denied) uint32 { return e.until }),
		cut:   columnOf(c.entries, func(e denied) uint32 { return e.cut }),
	}
	b := make([]byte, 0, len(c.entries)*p.size())
	for _, e := range c.entries {
		b = append(b, e.digest[:]...)
		b = p.until.append(b, e.until)
		b = p.cut.append(b, e.cut)
	}
	p.entries = string(b)
	return p
}

// size is the length of an entry in bytes.
func (p *packed) size() int { return len(Digest{}) + int(p.until.width+p.cut.width) }

func (p *packed) len() int { return len(p.entries) / p.size() }

// at returns the i-th entry.
func (p *packed) at(i int) denied {
	e := p.entries[i*p.size():][:p.size()]
	times := e[len(Digest{}):]
	return denied{Digest([]byte(e[:len(Digest{})])), p.until.of(times[:p.until.width]), p.cut.of(times[p.until.width:])}
}

// find returns the entry of a digest, and whether there is one.
func (p *packed) find(d Digest) (denied, bool) {
	low, high, size := 0, p.len(), p.size()
	for low < high {
		mid := int(uint(low+high) / 2)
		switch at := p.entries[mid*size:][:len(d)]; {
		case at < string(d[:]):
			low = mid + 1
		case at == string(d[:]):
			return p.at(mid), true
		default:
			high = mid
		}
	}
	return denied{}, false
}

// unpack adds the entries to those of a chunk.
func (p *packed) unpack(to []denied) []denied {
	for i := range p.len() {
		to = append(to, p.at(i))
	}
	return to
}

// A column is how one time of all entries of a chunk is written: as its distance from the least in so many bytes,
// big-endian. With all bits set it is forever, so that one who is disabled does not widen a whole chunk.
type column struct {
	least uint32
	width uint8 // 0 where all are the same
}

const forever = math.MaxUint32

func columnOf(entries []denied, of func(denied) uint32) column {
	c := column{least: forever}
	most, endless := uint32(0), false
	for _, e := range entries {
		t := of(e)
		c.least = min(c.least, t)
		if t == forever {
			endless = true
		} else {
			most = max(most, t)
		}
	}
	if most <= c.least && !endless || c.least == forever {
		return c
	}
	for c.width = 1; uint64(most-c.least) >= c.endless(); c.width++ {
	}
	return c
}

// endless is what stands for forever.
func (c column) endless() uint64 { return 1<<(8*c.width) - 1 }

func (c column) append(b []byte, t uint32) []byte {
	distance := uint64(t - c.least)
	if t == forever {
		distance = c.endless()
	}
	var text [8]byte
	binary.BigEndian.PutUint64(text[:], distance)
	return append(b, text[8-c.width:]...)
}

func (c column) of(text string) uint32 {
	distance := uint64(0)
	for i := range len(text) {
		distance = distance<<8 | uint64(text[i])
	}
	if c.width > 0 && distance == c.endless() {
		return forever
	}
	return c.least + uint32(distance)
}
