package userdb

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"jotkit/userdb/kv"
)

// A group is some hundreds of chunks that tile its span. It does not change: where one of its chunks does, another takes
// its place, and the rest of the list stays as it is.
type group struct {
	span
	chunks []packed
}

// groupSize is how many chunks a group holds at most. Of 10 million entries there are some 70,000 chunks, so about as many
// groups as a group has chunks, and to change one entry is to copy some hundreds of both.
const groupSize = 256

// groupsOf puts chunks into groups. Chunks that leave a hole, or overlap, are kv.ErrDamaged.
func groupsOf(chunks []packed) ([]group, error) {
	for i := 1; i < len(chunks); i++ {
		if err := chunks[i].continues(&chunks[i-1].span); err != nil {
			return nil, err
		}
	}
	if len(chunks) == 0 {
		return nil, nil
	}
	var groups []group
	count := (len(chunks) + groupSize - 1) / groupSize
	for part := range slices.Chunk(chunks, (len(chunks)+count-1)/count) {
		groups = append(groups, group{span{part[0].low, part[len(part)-1].high}, slices.Clip(slices.Clone(part))})
	}
	return groups, nil
}

// find returns the chunk that covers d, or nil.
func (g *group) find(d point) *packed {
	i := where(len(g.chunks), g.span, d, func(i int) point { return g.chunks[i].low.point() }) - 1
	if i < 0 || !g.chunks[i].covers(d) {
		return nil
	}
	return &g.chunks[i]
}

// with returns the groups that take the place of g after these changes, which are in order.
func (g *group) with(changes []chunkChange) ([]group, error) {
	chunks := make([]packed, 0, len(g.chunks)+len(changes))
	rest := g.chunks
	for _, c := range changes {
		i, there := slices.BinarySearchFunc(rest, c.low, func(p packed, low Digest) int {
			return bytes.Compare(p.low[:], low[:])
		})
		chunks = append(chunks, rest[:i]...)
		if c.chunk != nil {
			chunks = append(chunks, *c.chunk)
		}
		if there {
			i++
		}
		rest = rest[i:]
	}
	return groupsOf(append(chunks, rest...))
}

// A chunkChange is what the store has under the name of a chunk now.
type chunkChange struct {
	low   Digest
	chunk *packed // nil where there is none any more
}

// readChanges reads the chunks of these names, and returns them in order, each once. Names that are not of the deny list
// are passed over.
func readChanges(r kv.Reader, names []string) (changes []chunkChange, err error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isChunk(name) })
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		c, err := readChange(r, name)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}

func readChange(r kv.Reader, name string) (c chunkChange, err error) {
	low, ok := parseDigest(strings.TrimPrefix(name, denyPrefix))
	if !ok {
		return c, damaged(name, "its name is no digest")
	}
	c.low = low
	value, err := r.Get(name)
	if errors.Is(err, kv.ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	p, err := new(packer).open(name, value)
	c.chunk = &p
	return c, err
}
