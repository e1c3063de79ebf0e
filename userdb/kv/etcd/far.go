//go:build etcd

package etcd

import (
	"slices"
	"strings"
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// A farList is names that were the last before others, and far from them: sorted, and few.
type farList struct {
	mu    sync.Mutex
	names []string
}

// keptFar is how many names are kept. Where there are more they lie near.
const keptFar = 256

// around returns the last of the names under dir that is before end, or "", and the next, or what comes after all under dir.
func (f *farList) around(dir, end string) (from, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, _ := slices.BinarySearch(f.names, end)
	if i == 0 || dirOf(f.names[i-1]) != dir {
		return "", ""
	}
	to = clientv3.GetPrefixRangeEnd(dir)
	if i < len(f.names) {
		to = min(to, f.names[i])
	}
	return f.names[i-1], to
}

// keep has a name kept.
func (f *farList) keep(name string) { f.move("", name) }

// move has a name kept instead of another one, either of which may be "".
func (f *farList) move(from, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i, there := slices.BinarySearch(f.names, from); there {
		f.names = slices.Delete(f.names, i, i+1)
	}
	i, there := slices.BinarySearch(f.names, to)
	switch {
	case there || to == "":
	case len(f.names) < keptFar:
		f.names = slices.Insert(f.names, i, to)
	default: // instead of its neighbour, which is of its kind, as a rule
		f.names[min(i, keptFar-1)] = to
	}
}

// written moves on to a name that was written, as at the end of a list that grows.
func (f *farList) written(name string) {
	if last, _ := f.around(dirOf(name), name+"\x00"); last != "" && last != name {
		f.move(last, name)
	}
}

// dirOf is what stands before the last part of a name, with the slash.
func dirOf(name string) string { return name[:strings.LastIndexByte(name, '/')+1] }
