package userdb

import (
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"jotkit/userdb/kv"
)

// DenyRecords are the records of a deny list as they lay at one moment. To read them takes a View, and others wait as long
// as that is open; to make a [DenyList] of them takes none.
type DenyRecords struct {
	key     DenyKey
	records []kv.LateEntry
}

// ReadDeny reads the records of the whole deny list.
func ReadDeny(v kv.View, secrets kv.Secrets) (*DenyRecords, error) {
	key, err := denyKeyOf(secrets)
	if err != nil {
		return nil, err
	}
	d := &DenyRecords{key: key}
	for e, err := range DenyLate(v) {
		if err != nil {
			return nil, err
		}
		d.records = append(d.records, e)
	}
	return d, nil
}

// IsDeny tells whether a record is of the deny list.
func IsDeny(name string) bool { return isChunk(name) }

// DenyLate yields the records of the deny list as they lie, for look-ups by [Denied] in a copy of them.
func DenyLate(v kv.View) iter.Seq2[kv.LateEntry, error] { return kv.ScanLate(v, denyPrefix, "") }

// List opens the records, on all cores, and makes the list of them. Where they do not tile the space, or one of them is not
// what was written, the error is kv.ErrDamaged.
func (d *DenyRecords) List() (*DenyList, error) {
	parts := slices.Collect(slices.Chunk(d.records, groupSize))
	groups, errs := make([][]group, len(parts)), make([]error, len(parts))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			room := make([]denied, 0, groupSize*splitAbove)
			for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
				groups[i], errs[i] = openGroups(parts[i], room)
			}
		})
	}
	workers.Wait()
	for _, err := range errs { // of several the first, so that it is always the same
		if err != nil {
			return nil, err
		}
	}
	l := newDenyList(d.key)
	l.groups = slices.Concat(groups...)
	return l, l.check()
}

// openGroups opens records that follow each other. The entries go to room for as long as it takes.
func openGroups(records []kv.LateEntry, room []denied) ([]group, error) {
	chunks := make([]Chunk, 0, len(records))
	for _, e := range records {
		value, err := e.Open()
		if err != nil {
			return nil, err
		}
		c, err := parseChunk(e.Name, value, room)
		if err != nil {
			return nil, err
		}
		if len(room)+len(c.entries) <= cap(room) { // then they are there
			room = room[:len(room)+len(c.entries)]
		}
		chunks = append(chunks, c)
	}
	return groupsOf(chunks)
}
