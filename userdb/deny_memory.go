package userdb

import (
	"bytes"
	"errors"
	"slices"
	"sort"
	"strings"

	"jotkit/userdb/kv"
)

// A DenyList is the whole deny list in memory, as it was at one moment. It never changes, so any number of goroutines may
// read it. An entry takes 20 bytes.
type DenyList struct {
	key    DenyKey
	chunks []Chunk // in order; they tile the space
}

// LoadDeny reads the whole deny list. Where it does not tile the space, the error is kv.ErrDamaged.
func LoadDeny(v kv.View, secrets kv.Secrets) (*DenyList, error) {
	key, err := denyKeyOf(secrets)
	if err != nil {
		return nil, err
	}
	l := &DenyList{key: key}
	for c, err := range WalkDeny(v) {
		if err != nil {
			return nil, err
		}
		l.chunks = append(l.chunks, c)
	}
	return l, nil
}

// Renew returns the list as r has it, where only the records of these names have changed since l was read; names that
// are not of the deny list are passed over. A list that would not tile the space is kv.ErrDamaged.
func (l *DenyList) Renew(r kv.Reader, names []string) (*DenyList, error) {
	next := &DenyList{l.key, slices.Clone(l.chunks)}
	for _, name := range names {
		if !isChunk(name) {
			continue
		}
		if err := next.renew(r, name); err != nil {
			return nil, err
		}
	}
	return next, next.check()
}

func (l *DenyList) renew(r kv.Reader, name string) error {
	low, ok := parseDigest(strings.TrimPrefix(name, denyPrefix))
	if !ok {
		return damaged(name, "its name is no digest")
	}
	i, there := slices.BinarySearchFunc(l.chunks, low, func(c Chunk, low Digest) int {
		return bytes.Compare(c.low[:], low[:])
	})
	value, err := r.Get(name)
	if errors.Is(err, kv.ErrNotFound) {
		if there {
			l.chunks = slices.Delete(l.chunks, i, i+1)
		}
		return nil
	}
	if err != nil {
		return err
	}
	c, err := ParseChunk(name, value)
	switch {
	case err != nil:
		return err
	case there:
		l.chunks[i] = c
	default:
		l.chunks = slices.Insert(l.chunks, i, c)
	}
	return nil
}

// check tells whether the chunks tile the space.
func (l *DenyList) check() error {
	var prev *Chunk
	for i, c := range l.chunks {
		if err := c.continues(prev); err != nil {
			return err
		}
		prev = &l.chunks[i]
	}
	return endsWith(prev)
}

// Len returns the number of entries, expired ones that have not been swept included.
func (l *DenyList) Len() (n int) {
	for _, c := range l.chunks {
		n += c.Len()
	}
	return n
}

// Denied is [Denied] on the list in memory. The empty list of the zero value covers nothing: it is kv.ErrDamaged.
func (l *DenyList) Denied(kind Kind, id string) (Entry, bool, error) {
	return lookUp(l.key, kind, id, l.at)
}

// at returns the chunk that covers d.
func (l *DenyList) at(d Digest) (Chunk, error) {
	i := sort.Search(len(l.chunks), func(i int) bool { return bytes.Compare(l.chunks[i].low[:], d[:]) > 0 }) - 1
	if i < 0 || !l.chunks[i].Covers(d) {
		return Chunk{}, damaged(denyPrefix+d.String(), "the deny list has a hole here")
	}
	return l.chunks[i], nil
}
