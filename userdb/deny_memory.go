package userdb

import (
	"slices"

	"jotkit/userdb/kv"
)

// A DenyList is the whole deny list in memory, as it was at one moment. It never changes, so any number of goroutines may
// read it. An entry takes 19 bytes, all told, where the times of a group lie within 194 days, and 21 where they do not.
type DenyList struct {
	key     DenyKey
	digests *digester // under key
	groups  []group   // in order; they tile the space
}

func newDenyList(key DenyKey) *DenyList { return &DenyList{key: key, digests: newDigester(key[:])} }

// Renew returns the list as r has it, where only the records of these names have changed since l was read; names that
// are not of the deny list are passed over. A list that would not tile the space is kv.ErrDamaged. What it costs depends on
// how many names there are, and hardly on how many entries.
func (l *DenyList) Renew(r kv.Reader, names []string) (*DenyList, error) {
	changes, err := readChanges(r, names)
	if err != nil {
		return nil, err
	}
	next := &DenyList{l.key, l.digests, make([]group, 0, len(l.groups)+1)}
	for i := range l.groups {
		here := len(changes)
		if i+1 < len(l.groups) {
			here = countBelow(changes, l.groups[i+1].low)
		}
		if here == 0 {
			next.groups = append(next.groups, l.groups[i])
			continue
		}
		anew, err := l.groups[i].with(changes[:here])
		if err != nil {
			return nil, err
		}
		next.groups, changes = append(next.groups, anew...), changes[here:]
	}
	return next, next.check()
}

// countBelow returns how many changes lie below a digest.
func countBelow(changes []chunkChange, d Digest) int {
	n, _ := slices.BinarySearchFunc(changes, d, func(c chunkChange, d Digest) int { return c.low.compare(d) })
	return n
}

// check tells whether the groups tile the space. What is in a group has been looked at when it was made.
func (l *DenyList) check() error {
	var prev *span
	for i := range l.groups {
		if err := l.groups[i].continues(prev); err != nil {
			return err
		}
		prev = &l.groups[i].span
	}
	return endsWith(prev)
}

// Len returns the number of entries, expired ones that have not been swept included.
func (l *DenyList) Len() (n int) {
	for i := range l.groups {
		n += l.groups[i].len()
	}
	return n
}

// Denied is [Denied] on the list in memory. The empty list of the zero value covers nothing: it is kv.ErrDamaged.
func (l *DenyList) Denied(kind Kind, id string) (Entry, bool, error) {
	if err := checkDenied(kind, id); err != nil {
		return Entry{}, false, err
	}
	if len(l.groups) == 0 {
		return Entry{}, false, endsWith(nil)
	}
	digest := l.digests.digest(string(kind), id)
	g := l.at(digest.point())
	if g == nil {
		return Entry{}, false, hole(digest)
	}
	e, ok := g.find(digest.point())
	return e.entry(), ok, nil
}

// at returns the group that covers d, or nil.
func (l *DenyList) at(d point) *group {
	i := where(len(l.groups), span{}, d, func(i int) point { return l.groups[i].low.point() }) - 1
	if i < 0 || !l.groups[i].covers(d) {
		return nil
	}
	return &l.groups[i]
}
