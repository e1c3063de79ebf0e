package bolt

import "bytes"

// A tree reads one bucket, in place of bbolt's own cursor: that one trusts what it reads, and a single flipped bit in a
// branch can send it round in a circle until the stack or the memory is at its end, which no recover catches.
type tree struct {
	pages   *pages
	root    uint64
	inline  page // the only page of a small bucket, which has no root
	buckets bool // values are buckets
}

// maxDepth is more levels than a file can have: a branch has at least two children.
const maxDepth = 48

// A node is a page in its place in the tree: all its names are ≥ low and < high.
type node struct {
	page
	low, high []byte // nil: no bound
	depth     int
}

func (t tree) top() (node, error) {
	if t.inline != nil {
		return node{page: t.inline}, nil
	}
	return t.at(t.root, node{})
}

// at reads page id as what in says of it. The bounds leave a page to be found only where it belongs.
func (t tree) at(id uint64, in node) (node, error) {
	p, err := t.pages.at(id)
	if err != nil {
		return node{}, err
	}
	in.page = p
	if in.depth > maxDepth || p.count() == 0 && in.depth > 0 {
		return node{}, damaged("page %d: empty, or too deep", id)
	}
	if p.count() == 0 {
		return in, nil
	}
	early := in.low != nil && bytes.Compare(p.name(0), in.low) < 0
	if early || in.high != nil && bytes.Compare(p.name(p.count()-1), in.high) >= 0 {
		return node{}, damaged("page %d is not where it belongs", id)
	}
	return in, nil
}

func (t tree) child(n node, i int) (node, error) {
	in := node{low: n.name(i), high: n.high, depth: n.depth + 1}
	if i+1 < n.count() {
		in.high = n.name(i + 1)
	}
	return t.at(n.page.child(i), in)
}

// floor returns the greatest name < this one, or ≤ it, with its value: bytes of the mapping. A nil name is none.
func (t tree) floor(name []byte, orEqual bool) (found, value []byte, err error) {
	n, err := t.top()
	if err != nil {
		return nil, nil, err
	}
	return t.floorIn(n, name, orEqual)
}

func (t tree) floorIn(n node, name []byte, orEqual bool) (found, value []byte, err error) {
	i := n.below(name, orEqual) - 1
	if i < 0 {
		return nil, nil, nil
	}
	if n.leaf() {
		if n.isBucket(i) != t.buckets {
			return nil, nil, damaged("page %d: element %d", n.id(), i)
		}
		return n.name(i), n.value(i), nil
	}
	for ; i >= 0 && found == nil && err == nil; i-- {
		var c node
		if c, err = t.child(n, i); err == nil {
			found, value, err = t.floorIn(c, name, orEqual)
		}
	}
	return found, value, err
}

// after returns the leaf with the least name > this one, or ≥ it, and where in the leaf it is. A nil leaf is none.
func (t tree) after(name []byte, orEqual bool) (leaf page, i int, err error) {
	n, err := t.top()
	if err != nil {
		return nil, 0, err
	}
	return t.afterIn(n, name, orEqual)
}

func (t tree) afterIn(n node, name []byte, orEqual bool) (leaf page, i int, err error) {
	i = n.below(name, !orEqual)
	if n.leaf() {
		if i == n.count() {
			return nil, 0, nil
		}
		return n.page, i, nil
	}
	for k := max(0, i-1); k < n.count() && leaf == nil && err == nil; k++ {
		var c node
		if c, err = t.child(n, k); err == nil {
			leaf, i, err = t.afterIn(c, name, orEqual)
		}
	}
	return leaf, i, err
}

// touch looks at the pages that bbolt reads to write name: the way to it, and where a deletion may leave too little in
// a page, the neighbours that it is then merged with.
func (t tree) touch(name []byte, neighbours bool) error {
	n, err := t.top()
	for err == nil && !n.leaf() {
		i := max(0, n.below(name, true)-1)
		if neighbours && i > 0 {
			_, err = t.child(n, i-1)
		}
		if neighbours && err == nil && i+1 < n.count() {
			_, err = t.child(n, i+1)
		}
		if err == nil {
			n, err = t.child(n, i)
		}
	}
	return err
}
