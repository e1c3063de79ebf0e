package authority

import (
	"errors"
	"slices"
	"strings"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// A foresight reads ahead, for who goes through all records of a kind and looks up a few others for each: on a store on other
// machines each look-up is a request. It is used for one View after the other.
type foresight struct {
	asked int            // marks that were looked up one by one
	marks []kv.LateEntry // the records of the deny list, by name
	rev   kv.Rev         // that they are of
}

// fewMarks are looked up one by one, before the whole deny list is read for the others.
const fewMarks = 64

// An aheadReader is what one View shows, read ahead.
type aheadReader struct {
	*foresight
	view    kv.View
	page    map[string]kv.LateEntry
	others  map[string]found
	current bool // the marks are those of this View
}

type found struct {
	value []byte
	err   error
}

// over reads in a View.
func (f *foresight) over(v kv.View) *aheadReader {
	return &aheadReader{foresight: f, view: v, others: map[string]found{}}
}

// read reads the records with a prefix that come after a name, up to the last one, or to so many that those beyond are better
// looked up one by one.
func (r *aheadReader) read(prefix, after, last string) error {
	r.page = map[string]kv.LateEntry{}
	for e, err := range kv.ScanLate(r.view, prefix, after) {
		if err != nil {
			return err
		}
		if e.Name > last || len(r.page) == 4*page {
			break
		}
		r.page[e.Name] = e
	}
	return nil
}

// Get returns the value of name, which is asked for once.
func (r *aheadReader) Get(name string) ([]byte, error) {
	if e, ok := r.page[name]; ok {
		return e.Open()
	}
	f, ok := r.others[name]
	if !ok {
		f.value, f.err = r.view.Get(name)
		r.others[name] = f
	}
	return slices.Clone(f.value), f.err
}

// Floor returns the greatest name ≤ this one.
func (r *aheadReader) Floor(name string) (string, []byte, error) {
	if !userdb.IsDeny(name) {
		return r.view.Floor(name)
	}
	if r.asked++; r.asked <= fewMarks {
		return r.view.Floor(name)
	}
	if !r.current {
		if err := r.renew(r.view); err != nil {
			return "", nil, err
		}
		r.current = true
	}
	at, exact := r.mark(name)
	if !exact {
		at--
	}
	if at < 0 {
		return r.view.Floor(name) // what lies before the deny list
	}
	value, err := r.marks[at].Open()
	return r.marks[at].Name, value, err
}

func (f *foresight) mark(name string) (at int, exact bool) {
	return slices.BinarySearchFunc(f.marks, name, func(e kv.LateEntry, name string) int { return strings.Compare(e.Name, name) })
}

// renew reads what has changed of the deny list, or all of it.
func (f *foresight) renew(v kv.View) error {
	names, rev, err := v.Changes(f.rev)
	switch {
	case errors.Is(err, kv.ErrCompacted) || err == nil && f.marks == nil:
		f.marks = nil
		for e, err := range userdb.DenyLate(v) {
			if err != nil {
				return err
			}
			f.marks = append(f.marks, e)
		}
	case err != nil:
		return err
	default:
		for _, name := range names {
			if err := f.replace(v, name); err != nil {
				return err
			}
		}
	}
	f.rev = rev
	return nil
}

// replace takes a record as it is now, if it is one of the deny list. One that does not open is for who looks it up.
func (f *foresight) replace(v kv.View, name string) error {
	if !userdb.IsDeny(name) {
		return nil
	}
	value, err := v.Get(name)
	gone := errors.Is(err, kv.ErrNotFound)
	if err != nil && !gone && !errors.Is(err, kv.ErrDamaged) {
		return err
	}
	at, there := f.mark(name)
	if there {
		f.marks = slices.Delete(f.marks, at, at+1)
	}
	if !gone {
		f.marks = slices.Insert(f.marks, at, kv.LateEntry{Name: name, Open: func() ([]byte, error) { return value, err }})
	}
	return nil
}
