package keyring

import (
	"fmt"
	"strconv"
	"strings"
)

// Entries lists what the ring holds, in the order of the versions.
func (r *Ring) Entries() []Entry {
	out := make([]Entry, len(r.entries))
	for i, e := range r.entries {
		out[i] = e.Entry
	}
	return out
}

// Find is the entry that a person means: by its kid, by its version number, or by the start of its kid where only one
// begins so, in this order. Errors are ErrNoKey and ErrAmbiguous.
func (r *Ring) Find(name string) (Entry, error) {
	if e := r.entry(name); e != nil {
		return e.Entry, nil
	}
	version, err := strconv.Atoi(name)
	var found []Entry
	for _, e := range r.entries {
		switch {
		case err == nil && e.Version == version:
			return e.Entry, nil
		case name != "" && strings.HasPrefix(e.KID, name):
			found = append(found, e.Entry)
		}
	}
	switch len(found) {
	case 0:
		return Entry{}, fmt.Errorf("%w: %s", ErrNoKey, shown(name))
	case 1:
		return found[0], nil
	}
	return Entry{}, fmt.Errorf("%w: %d of them begin with %s", ErrAmbiguous, len(found), shown(name))
}
