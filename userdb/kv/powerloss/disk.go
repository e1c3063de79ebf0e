package powerloss

import (
	"maps"
	"math/rand/v2"
)

const (
	page   = 4096
	sector = 512
)

// A Disk is what has been written and what of it is on the disk for sure.
type Disk struct{ nodes map[inode]*node }

// A node is a file or a directory: what is on the disk, and what has been done to it since.
type node struct {
	isDir   bool
	safe    []byte           // of a file
	names   map[string]inode // of a directory
	pending []Event
}

func (d *Disk) node(i inode, isDir bool) *node {
	n := d.nodes[i]
	if n == nil {
		n = &node{isDir: isDir, names: map[string]inode{}}
		d.nodes[i] = n
	}
	return n
}

// Apply has one more event happen.
func (d *Disk) Apply(e Event) {
	switch e.kind {
	case output:
	case syncIt:
		n := d.node(e.of, e.isDir)
		n.safe, n.names = n.content(all), n.entries(all)
		n.pending = nil
	case link, unlink, rename:
		if e.kind == link {
			d.node(e.of, e.isDir)
		}
		n := d.node(e.in, true)
		n.pending = append(n.pending, e)
	default:
		n := d.node(e.of, false)
		n.pending = append(n.pending, e)
	}
}

// A chooser says what of the things that are not on the disk for sure is there.
type chooser interface {
	include() bool     // one change of a name
	version(n int) int // how many of n writes a page, or the size, has seen
	unit() int         // what is written at once, in bytes
}

type extreme bool

const (
	none extreme = false
	all  extreme = true
)

func (x extreme) include() bool { return bool(x) }
func (x extreme) unit() int     { return page }
func (x extreme) version(n int) int {
	if x {
		return n
	}
	return 0
}

type random struct{ *rand.Rand }

func (r random) include() bool     { return r.IntN(2) == 0 }
func (r random) version(n int) int { return r.IntN(n + 1) }

func (r random) unit() int {
	if r.IntN(3) == 0 {
		return sector
	}
	return page
}

// Least is the tree in which nothing is that has not been synced.
func (d *Disk) Least() Files { return d.files(none) }

// Most is the tree in which everything is.
func (d *Disk) Most() Files { return d.files(all) }

// Some is a tree between the two.
func (d *Disk) Some(r *rand.Rand) Files { return d.files(random{r}) }

// files walks the tree from its root: a file to which no name leads is not there.
func (d *Disk) files(c chooser) Files {
	f := Files{}
	d.walk(f, "", 0, c)
	return f
}

func (d *Disk) walk(f Files, path string, at inode, c chooser) {
	for name, i := range d.nodes[at].entries(c) {
		n, path := d.nodes[i], path+"/"+name
		if !n.isDir {
			f[path[1:]] = n.content(c)
			continue
		}
		f[path[1:]] = nil
		d.walk(f, path, i, c)
	}
}

// entries are the names in a directory.
func (n *node) entries(c chooser) map[string]inode {
	names := maps.Clone(n.names)
	for _, e := range n.pending {
		if !n.isDir || !c.include() {
			continue
		}
		switch e.kind {
		case link:
			names[e.name] = e.of
		case rename:
			delete(names, e.name)
			names[e.to] = e.of
		case unlink:
			delete(names, e.name)
		}
	}
	return names
}

// content are the bytes of a file.
func (n *node) content(c chooser) []byte {
	if n.isDir {
		return nil
	}
	if len(n.pending) == 0 {
		return n.safe
	}
	now := n.sizeAfter(c.version(len(n.pending)))
	b, unit := make([]byte, now), int64(c.unit())
	for at := int64(0); at < now; at += unit {
		n.fill(b[at:min(at+unit, now)], at, c.version(len(n.pending)))
	}
	return b
}

// sizeAfter is the size of the file after so many of the events.
func (n *node) sizeAfter(events int) int64 {
	size := int64(len(n.safe))
	for _, e := range n.pending[:events] {
		switch e.kind {
		case truncate:
			size = e.at
		case writeTo:
			size = max(size, e.at+int64(len(e.data)))
		}
	}
	return size
}

// fill makes the bytes at an offset as they are after so many of the events.
func (n *node) fill(b []byte, at int64, events int) {
	if at < int64(len(n.safe)) {
		copy(b, n.safe[at:])
	}
	for _, e := range n.pending[:events] {
		switch from := e.at - at; {
		case e.kind == truncate && from < int64(len(b)):
			clear(b[max(0, from):])
		case e.kind == writeTo && from < int64(len(b)) && from+int64(len(e.data)) > 0:
			copy(b[max(0, from):], e.data[max(0, -from):])
		}
	}
}
