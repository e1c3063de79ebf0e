package bolt

import "path/filepath"

// settle announces what a killed writer committed and did not live to announce. Before that it is brought to the disk: the
// writer may have been killed before its last sync, and if the power went now, the companion could be on the disk with the
// number of a commit that is not, and the store, good as it is, would be refused as rolled back. What cannot be synced is
// not announced: whoever commits next will do it.
func (h *held) settle(n numbers) {
	if h.c != nil && h.c.writable && h.c.differs(n) && syncStore(h.path) == nil {
		h.c.announce(n)
	}
}

// differs tells whether the companion has other numbers than the store. One that has been cut off has none.
func (c *companion) differs(n numbers) (other bool) {
	c.whole(func() { other = c.load(atGen) != n.gen || c.load(atWatch) != n.watch })
	return other
}

// syncStore brings to the disk what others have written to the store, and that this file has its name.
func syncStore(path string) error {
	if err := syncFile(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
