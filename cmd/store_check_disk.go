package cmd

import (
	"os"
	"path/filepath"
)

// A disk is the file system that a file lies on.
type disk struct {
	kind        string // such as ext4, or ""
	free, total uint64 // in bytes; free is what may be written without being the administrator
}

// disk checks whether there is room: a commit takes new pages, and a backup or a compaction another copy.
func (x *examination) disk() {
	if x.p.file == nil {
		return
	}
	dir := filepath.Dir(x.p.path)
	info, err := os.Stat(x.p.path)
	if err != nil || x.diskAt == nil {
		return
	}
	d, err := x.diskAt(dir)
	if err != nil {
		x.warn("disk", "", "%v", err)
		return
	}
	room := formatSize(int64(d.free)) + " free"
	switch {
	case d.total == 0: // not known here
		return
	case d.free < d.total/20:
		x.warn("disk", "df -h "+shellWord(dir), "%s, less than 5 %%", room)
	case d.free < 3*uint64(info.Size()):
		x.warn("disk", "df -h "+shellWord(dir), "%s, and three times the store would be enough for a copy of it", room)
	default:
		x.well("disk", "%s", room)
	}
	if d.kind != "" {
		x.well("filesystem", "%s", d.kind)
	}
}
