package userdb

import (
	"encoding/binary"
	"math"
)

// A column is how one of the times of all entries of a group is written: as its distance from the least in so many bytes,
// little-endian. With all bits set it is forever, so that one who is disabled does not widen a whole group.
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

// get reads the time that b begins with.
func (c column) get(b []byte) uint32 {
	distance := uint32(0)
	for i := int(c.width) - 1; i >= 0; i-- {
		distance = distance<<8 | uint32(b[i])
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
