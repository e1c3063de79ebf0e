package userdb

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"jotkit/userdb/kv"
)

// WithSum puts the right check sum in the place of the last four bytes.
func WithSum(value []byte) []byte {
	value = value[:max(len(value)-sumSize, 0)]
	return binary.BigEndian.AppendUint32(value[:len(value):len(value)], crc32.ChecksumIEEE(value))
}

// DenyRecordsOf yields the records of a list on which the tokens from name(0) to name(n-1) are denied, in chunks of as many
// entries as splits leave: from 100 to 200, and more of the small ones.
func DenyRecordsOf(secrets kv.Secrets, n int, name func(int) string, entry func(int) Entry) iter.Seq2[string, []byte] {
	key, err := denyKeyOf(secrets)
	if err != nil {
		panic(err)
	}
	digests, all := newDigester(key[:]), make([]denied, n)
	for i := range all {
		e := entry(i)
		all[i] = denied{digests.digest(string(KindToken), name(i)), secondsUp(e.Until), seconds(e.Cut)}
	}
	slices.SortFunc(all, func(a, b denied) int { return bytes.Compare(a.digest[:], b.digest[:]) })
	draw := rand.New(rand.NewPCG(1, 2))
	return func(yield func(string, []byte) bool) {
		c := Chunk{}
		for whole := false; !whole; c.low = c.high {
			size := int(splitAbove / 2 * math.Exp2(draw.Float64()))
			if whole = size >= len(all); whole {
				c.high, c.entries = Digest{}, all
			} else {
				c.high, c.entries, all = all[size].digest, all[:size], all[size:]
			}
			if !yield(c.Name(), c.bytes()) {
				return
			}
		}
	}
}

// LoadDeny is ReadDeny and List at once.
func LoadDeny(v kv.View, secrets kv.Secrets) (*DenyList, error) {
	d, err := ReadDeny(v, secrets)
	if err != nil {
		return nil, err
	}
	return d.List()
}

// Groups is in how many groups the list lies.
func (l *DenyList) Groups() int { return len(l.groups) }

// ChunkBytes is the record of an empty chunk from one digest to another, both in hex; "" is the end of the space.
func ChunkBytes(low, high string) []byte {
	var c Chunk
	c.low, _ = parseDigest(low)
	c.high, _ = parseDigest(high)
	return c.bytes()
}

// Where is where in the whole space, and how many points it looked at.
func Where(points []Digest, d Digest) (n, probes int) {
	n = where(len(points), span{}, d.point(), func(i int) point {
		probes++
		return points[i].point()
	})
	return n, probes
}
