package kv

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A snapshot is one state of a [Memory]. Nothing in it is written to once it is published.
type snapshot struct {
	entries []Entry // sorted by name
	rev     Rev
	log     [][]string // watched names touched by the last commits, the newest at the end
}

// with returns the state after o was committed.
func (s *snapshot) with(o *Overlay) *snapshot {
	if o.Len() == 0 {
		return s
	}
	after := &snapshot{entries: s.merge(o), rev: s.rev, log: s.log}
	if names := o.Watched(); names != nil {
		after.rev++
		after.log = append(after.log, names)
		after.log = after.log[max(0, len(after.log)-KeptChanges):]
	}
	return after
}

func (s *snapshot) merge(o *Overlay) []Entry {
	merged := make([]Entry, 0, len(s.entries)+len(o.names))
	rest := s.entries
	for name, value := range o.Writes() {
		i, found := find(rest, name)
		merged = append(merged, rest[:i]...)
		if found {
			i++
		}
		if rest = rest[i:]; value != nil {
			merged = append(merged, Entry{name, value})
		}
	}
	return append(merged, rest...)
}

func find(entries []Entry, name string) (int, bool) {
	return slices.BinarySearchFunc(entries, name, func(e Entry, n string) int { return strings.Compare(e.Name, n) })
}

func (s *snapshot) Get(name string) ([]byte, error) {
	i, found := find(s.entries, name)
	if !found {
		return nil, ErrNotFound
	}
	return append([]byte{}, s.entries[i].Value...), nil
}

func (s *snapshot) Floor(name string) (string, []byte, error) {
	i, found := find(s.entries, name)
	if found {
		i++
	}
	return s.last(i)
}

func (s *snapshot) Before(name string) (string, []byte, error) {
	i, _ := find(s.entries, name)
	return s.last(i)
}

// last returns the last of the first n entries.
func (s *snapshot) last(n int) (string, []byte, error) {
	if n == 0 {
		return "", nil, ErrNotFound
	}
	e := s.entries[n-1]
	return e.Name, append([]byte{}, e.Value...), nil
}

func (s *snapshot) Scan(prefix, after string) iter.Seq2[Entry, error] {
	i, found := find(s.entries, max(prefix, after))
	if found && after >= prefix {
		i++
	}
	return func(yield func(Entry, error) bool) {
		for _, e := range s.entries[i:] {
			if !strings.HasPrefix(e.Name, prefix) || !yield(Entry{e.Name, append([]byte{}, e.Value...)}, nil) {
				return
			}
		}
	}
}

// Changes returns what the last [KeptChanges] watched commits touched.
func (s *snapshot) Changes(since Rev) ([]string, Rev, error) {
	if since > s.rev || s.rev-since > Rev(len(s.log)) {
		return nil, s.rev, fmt.Errorf("%w: asked since %d, at %d", ErrCompacted, since, s.rev)
	}
	var names []string
	for _, touched := range s.log[len(s.log)-int(s.rev-since):] {
		names = append(names, touched...)
	}
	slices.Sort(names)
	return slices.Compact(names), s.rev, nil
}
