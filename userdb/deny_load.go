package userdb

import (
	"runtime"
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
	for e, err := range kv.ScanLate(v, denyPrefix, "") {
		if err != nil {
			return nil, err
		}
		d.records = append(d.records, e)
	}
	return d, nil
}

// LoadDeny reads the whole deny list. Where it does not tile the space, the error is kv.ErrDamaged.
func LoadDeny(v kv.View, secrets kv.Secrets) (*DenyList, error) {
	d, err := ReadDeny(v, secrets)
	if err != nil {
		return nil, err
	}
	return d.List()
}

// List opens the records, on all cores, and makes the list of them. Where they do not tile the space, or one of them is not
// what was written, the error is kv.ErrDamaged.
func (d *DenyRecords) List() (*DenyList, error) {
	chunks, err := d.open()
	if err != nil {
		return nil, err
	}
	l := newDenyList(d.key)
	if l.groups, err = groupsOf(chunks); err != nil {
		return nil, err
	}
	return l, l.check()
}

// open opens all records. Of several errors it returns that of the first record.
func (d *DenyRecords) open() ([]packed, error) {
	chunks, errs := make([]packed, len(d.records)), make([]error, len(d.records))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var packer packer
			for i := int(next.Add(1)) - 1; i < len(chunks); i = int(next.Add(1)) - 1 {
				chunks[i], errs[i] = packer.openLate(d.records[i])
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

// openLate opens one record that is not open yet.
func (r *packer) openLate(e kv.LateEntry) (packed, error) {
	value, err := e.Open()
	if err != nil {
		return packed{}, err
	}
	return r.open(e.Name, value)
}
