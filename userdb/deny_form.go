package userdb

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// The form of a chunk, numbers big-endian: version 2 | low 12 | high 12 | entries (digest 12 | until 4 | cut 4) … |
// CRC-32 of all before. Entries are sorted, each digest once, all in range. The sum is against faults of the medium
// in a store that is not sealed; against people it is the seal that helps. Version 1 had other digests: it is refused,
// for nothing would be found in it.
const (
	chunkVersion = 2
	chunkHead    = 1 + 12 + 12
	entrySize    = 12 + 4 + 4
	sumSize      = 4
)

func (c Chunk) bytes() []byte {
	b := make([]byte, 0, chunkHead+entrySize*len(c.entries)+sumSize)
	b = append(b, chunkVersion)
	b = append(append(b, c.low[:]...), c.high[:]...)
	for _, e := range c.entries {
		b = append(b, e.digest[:]...)
		b = binary.BigEndian.AppendUint32(b, e.until)
		b = binary.BigEndian.AppendUint32(b, e.cut)
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// ParseChunk reads the value of the record of a chunk. Whatever is not exactly what was written there is kv.ErrDamaged.
func ParseChunk(name string, value []byte) (Chunk, error) { return parseChunk(name, value, nil) }

// parseChunk is ParseChunk that puts the entries behind those in room, where there is enough of it.
func parseChunk(name string, value []byte, room []denied) (Chunk, error) {
	body := len(value) - sumSize
	switch {
	case body < chunkHead || (body-chunkHead)%entrySize != 0:
		return Chunk{}, damaged(name, "its length is not that of a chunk")
	case value[0] != chunkVersion:
		return Chunk{}, damaged(name, "its form is unknown")
	case binary.BigEndian.Uint32(value[body:]) != crc32.ChecksumIEEE(value[:body]):
		return Chunk{}, damaged(name, "its check sum is wrong")
	}
	c := Chunk{span{Digest(value[1:13]), Digest(value[13:25])}, room[len(room):]}
	if n := (body - chunkHead) / entrySize; n > cap(c.entries) {
		c.entries = make([]denied, 0, n)
	}
	for b := value[chunkHead:body]; len(b) > 0; b = b[entrySize:] {
		c.entries = append(c.entries, denied{Digest(b[:12]), binary.BigEndian.Uint32(b[12:]), binary.BigEndian.Uint32(b[16:])})
	}
	c.entries = slices.Clip(c.entries)
	if c.Name() != name {
		return Chunk{}, damaged(name, "it belongs under another name")
	}
	return c, c.check()
}

// check tells whether the chunk is a range with its entries in order inside it.
func (c Chunk) check() error {
	if !c.Covers(c.low) {
		return damaged(c.Name(), "it ends before it begins")
	}
	n := len(c.entries)
	for i := 1; i < n; i++ {
		if !c.entries[i-1].digest.point().less(c.entries[i].digest.point()) {
			return damaged(c.Name(), "its entries are out of order")
		}
	}
	if n > 0 && !(c.Covers(c.entries[0].digest) && c.Covers(c.entries[n-1].digest)) {
		return damaged(c.Name(), "its entries are out of its range")
	}
	return nil
}
