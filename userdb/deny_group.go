package userdb

import "slices"

// A group is some chunks that follow each other, packed into one row of bytes: of each entry the digest, and of its times how far
// they lie from the least of the group, in as few bytes as that takes. It does not change: where one of its chunks does,
// another group takes its place, and the rest of the list stays as it is.
type group struct {
	span
	until, cut column
	entries    []byte
	lows       []Digest // where its chunks begin
}

// groupSize is how many chunks a group holds at most. To change one chunk is to copy its group and the list of the groups:
// of 10 million entries that is 2 parts in 1,000.
const groupSize = 32

// groupsOf packs chunks. Some that leave a hole, or overlap, are kv.ErrDamaged.
func groupsOf(chunks []Chunk) (groups []group, err error) {
	for i := 1; i < len(chunks); i++ {
		if err := chunks[i].continues(&chunks[i-1].span); err != nil {
			return nil, err
		}
	}
	count := (len(chunks) + groupSize - 1) / groupSize
	for i := range count {
		groups = append(groups, pack(chunks[i*len(chunks)/count:(i+1)*len(chunks)/count]))
	}
	return groups, nil
}

func pack(chunks []Chunk) group {
	lows := make([]Digest, len(chunks))
	g := group{span: span{chunks[0].low, chunks[len(chunks)-1].high}, lows: lows}
	var until, cut times
	n := 0
	for i, c := range chunks {
		lows[i], n = c.low, n+len(c.entries)
		for _, e := range c.entries {
			until.note(e.until)
			cut.note(e.cut)
		}
	}
	g.until, g.cut = until.column(), cut.column()
	text, at := make([]byte, n*g.size()+4), 0 // see put
	for _, c := range chunks {
		for i := range c.entries {
			e := &c.entries[i]
			at += copy(text[at:], e.digest[:])
			at += g.until.put(text[at:], e.until)
			at += g.cut.put(text[at:], e.cut)
		}
	}
	g.entries = text[:at:at]
	return g
}

// size is the length of an entry in bytes.
func (g *group) size() int { return len(Digest{}) + int(g.until.width+g.cut.width) }

func (g *group) len() int { return len(g.entries) / g.size() }

// at returns the i-th entry.
func (g *group) at(i int) denied {
	e := g.entries[i*g.size():][:g.size()]
	until, cut := e[len(Digest{}):], e[len(e)-int(g.cut.width):]
	return denied{Digest(e[:len(Digest{})]), g.until.get(until), g.cut.get(cut)}
}

// find returns the entry of a digest that the group covers, and whether there is one.
func (g *group) find(d point) (denied, bool) {
	size := g.size()
	i := where(g.len(), g.span, d, func(i int) point { return pointOf(g.entries[i*size:]) }) - 1
	if i < 0 || pointOf(g.entries[i*size:]) != d {
		return denied{}, false
	}
	return g.at(i), true
}

// unpack returns the chunks.
func (g *group) unpack() []Chunk {
	all := make([]denied, g.len())
	for i := range all {
		all[i] = g.at(i)
	}
	lows := g.lows
	chunks := make([]Chunk, len(lows))
	for i, low := range lows {
		c := &chunks[i]
		c.span = span{low, g.high}
		c.entries = all
		if i+1 < len(lows) {
			c.high = lows[i+1]
			n, _ := Chunk{entries: all}.search(c.high)
			c.entries, all = all[:n:n], all[n:]
		}
	}
	return chunks
}

// with returns the groups that take the place of g after these changes, which are in order.
func (g *group) with(changes []chunkChange) ([]group, error) {
	chunks := make([]Chunk, 0, len(g.lows)+len(changes))
	rest := g.unpack()
	for _, c := range changes {
		i, there := slices.BinarySearchFunc(rest, c.low, func(old Chunk, low Digest) int { return old.low.compare(low) })
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
