package userdb

import (
	"encoding/binary"
	"math"
	"slices"
)

// A packed is a chunk as it lies in memory for long: of each entry the digest, and of its times how far they lie from the
// least of the chunk, in as few bytes as that takes.
type packed struct {
	span
	until, cut column
	entries    string // it never changes, and takes what it is long
}

// A packer packs chunks, one after the other, and has the memory that it works in from the one before.
type packer struct {
	entries []denied
	text    []byte
}

// open packs the chunk that a record holds.
func (r *packer) open(name string, value []byte) (packed, error) {
	c, err := parseChunk(name, value, r.entries[:0])
	if err != nil {
		return packed{}, err
	}
	r.entries = c.entries
	return r.pack(c), nil
}

func (r *packer) pack(c Chunk) packed {
	var until, cut times
	for i := range c.entries {
		until.note(c.entries[i].until)
		cut.note(c.entries[i].cut)
	}
	p := packed{span: c.span, until: until.column(), cut: cut.column()}
	r.text = slices.Grow(r.text[:0], len(c.entries)*p.size()+4) // see put
	b, at := r.text[:cap(r.text)], 0
	for i := range c.entries {
		e := &c.entries[i]
		at += copy(b[at:], e.digest[:])
		at += p.until.put(b[at:], e.until)
		at += p.cut.put(b[at:], e.cut)
	}
	p.entries = string(b[:at])
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
func (p *packed) find(d point) (denied, bool) {
	size := p.size()
	i := where(p.len(), p.span, d, func(i int) point { return pointIn(p.entries[i*size:]) }) - 1
	if i < 0 || pointIn(p.entries[i*size:]) != d {
		return denied{}, false
	}
	return p.at(i), true
}

// pointIn is the point of the entry that a text begins with.
func pointIn(text string) (p point) {
	for i := range 8 {
		p.high = p.high<<8 | uint64(text[i])
	}
	for i := 8; i < 12; i++ {
		p.low = p.low<<8 | uint32(text[i])
	}
	return p
}

// unpack adds the entries to those of a chunk.
func (p *packed) unpack(to []denied) []denied {
	for i := range p.len() {
		to = append(to, p.at(i))
	}
	return to
}

// A column is how one time of all entries of a chunk is written: as its distance from the least in so many bytes,
// little-endian. With all bits set it is forever, so that one who is disabled does not widen a whole chunk.
type column struct {
	least uint32
	width uint8 // 0 where all are the same
}

const forever = math.MaxUint32

// endless is what stands for forever.
func (c column) endless() uint32 { return 1<<(8*c.width) - 1 }

// put writes a time to the beginning of b, which has four bytes, and returns how many of them count.
func (c column) put(b []byte, t uint32) int {
	distance := t - c.least
	if t == forever {
		distance = c.endless()
	}
	binary.LittleEndian.PutUint32(b, distance)
	return int(c.width)
}

func (c column) of(text string) uint32 {
	distance := uint32(0)
	for i := len(text) - 1; i >= 0; i-- {
		distance = distance<<8 | uint32(text[i])
	}
	if c.width > 0 && distance == c.endless() {
		return forever
	}
	return c.least + distance
}

// times are what a column has to be made for.
type times struct {
	some        bool   // there is one that is not forever
	least, most uint32 // of those
	endless     bool   // there is one that is
}

func (s *times) note(t uint32) {
	switch {
	case t == forever:
		s.endless = true
	case !s.some:
		s.some, s.least, s.most = true, t, t
	default:
		s.least, s.most = min(s.least, t), max(s.most, t)
	}
}

func (s *times) column() column {
	if !s.some {
		return column{least: forever}
	}
	c := column{least: s.least}
	if s.endless || s.most > s.least {
		for c.width = 1; s.most-s.least >= c.endless(); c.width++ {
		}
	}
	return c
}
