package bolt

import (
	"encoding/binary"
	"fmt"

	"jotkit/userdb/kv"
)

// pages are the pages of one committed state: what the newest meta page says they are.
type pages struct {
	data []byte // the file, as long as this state is
	size uint64 // of one page
	tx   uint64 // number of bbolt's transaction that made this state
	root uint64
	list page // of the free pages, as it lies
	free freelist
	good map[uint64]page // checked in this transaction
}

// offsets in a meta page, behind the page header
const (
	metaRoot     = pageHeader + 16
	metaFreelist = pageHeader + 32
	metaHigh     = pageHeader + 40
	metaTx       = pageHeader + 48
	metaEnd      = pageHeader + 64
)

// openPages reads the meta page that bbolt chose: it has verified the checksum, and taken the newest that is whole.
func openPages(data []byte, size, tx uint64) (*pages, error) {
	at := tx % 2 * size
	if size < metaEnd || uint64(len(data)) < 2*size {
		return nil, damaged("%d bytes", len(data))
	}
	meta := data[at : at+size]
	number := func(at int) uint64 { return binary.NativeEndian.Uint64(meta[at:]) }
	p := &pages{data: data, size: size, tx: tx, root: number(metaRoot), good: make(map[uint64]page)}
	if number(metaTx) != tx {
		return nil, damaged("meta page %d is of transaction %d, not %d", tx%2, number(metaTx), tx)
	}
	if high := number(metaHigh); high != p.high() || tx > most { // bbolt multiplies, and does not see that it goes beyond
		return nil, damaged("meta page %d is of %d pages and transaction %d", tx%2, high, tx)
	}
	var err error
	if p.list, err = p.bytes(number(metaFreelist)); err != nil {
		return nil, fmt.Errorf("list of free pages: %w", err)
	}
	p.free, err = openFreelist(p.list)
	return p, err
}

// high is how many pages there are.
func (p *pages) high() uint64 { return uint64(len(p.data)) / p.size }

// bytes returns a page with its overflow, if it says itself that it is this page.
func (p *pages) bytes(id uint64) (page, error) {
	high := p.high()
	if id < 2 || id >= high {
		return nil, damaged("page %d of %d is pointed to", id, high)
	}
	b := page(p.data[id*p.size:])
	over := b.overflow()
	if b.id() != id || id+over >= high {
		return nil, damaged("page %d says it is page %d, of %d more", id, b.id(), over)
	}
	return b[:(over+1)*p.size], nil
}

// at returns a page of a tree. It must not be a free one: those hold what was true once, and pass every other check.
func (p *pages) at(id uint64) (page, error) {
	if good := p.good[id]; good != nil {
		return good, nil
	}
	b, err := p.bytes(id)
	if err != nil {
		return nil, err
	}
	if p.free.overlaps(id, id+b.overflow()) {
		return nil, damaged("page %d is in use and free", id)
	}
	good, err := checkPage(b)
	if err == nil {
		p.good[id] = good
	}
	return good, err
}

// bucket returns the tree of a bucket of the root.
func (p *pages) bucket(name string) (tree, error) {
	found, value, err := tree{pages: p, root: p.root, buckets: true}.floor([]byte(name), true)
	if err != nil {
		return tree{}, err
	}
	if string(found) != name || len(value) < pageHeader {
		return tree{}, damaged("no bucket %q", name)
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return tree{pages: p, root: root}, nil
	}
	inline, err := checkPage(value[pageHeader:]) // the header of a bucket is as long as that of a page
	if err == nil && !inline.leaf() {
		err = damaged("bucket %q", name)
	}
	return tree{pages: p, inline: inline}, err
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", kv.ErrDamaged, fmt.Sprintf(format, args...))
}
