package kv

import (
	"errors"
	"iter"
	"slices"
)

// A Base is the state under an [Overlay].
type Base interface {
	Reader
	// Before returns the greatest name < this one with a copy of its value, or ErrNotFound.
	Before(name string) (string, []byte, error)
}

// An Overlay is a [Tx] that keeps what is written in memory, over a state that it only reads. A store runs the caller's
// function on one, and touches its file only when the function has come back without an error.
type Overlay struct {
	base   Base
	names  []string          // what was written or deleted, sorted
	values map[string][]byte // nil for what was deleted
}

// NewOverlay starts a transaction over base.
func NewOverlay(base Base) *Overlay {
	return &Overlay{base: base, values: make(map[string][]byte)}
}

// Put gives name this value.
func (o *Overlay) Put(name string, value []byte) error {
	return o.set(name, append([]byte{}, value...)) // never nil, which is for what was deleted
}

// Delete removes name.
func (o *Overlay) Delete(name string) error { return o.set(name, nil) }

func (o *Overlay) set(name string, value []byte) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if i, found := slices.BinarySearch(o.names, name); !found {
		o.names = slices.Insert(o.names, i, name)
	}
	o.values[name] = value
	return nil
}

// Get returns a copy of the value of name.
func (o *Overlay) Get(name string) ([]byte, error) {
	value, written := o.values[name]
	switch {
	case !written:
		return o.base.Get(name)
	case value == nil:
		return nil, ErrNotFound
	}
	return append([]byte{}, value...), nil
}

// Floor returns the greatest name ≤ this one.
func (o *Overlay) Floor(name string) (string, []byte, error) {
	i, found := slices.BinarySearch(o.names, name)
	if found {
		i++
	}
	theirs, value, err := o.base.Floor(name)
	return o.last(i, theirs, value, err)
}

// Before returns the greatest name < this one, so that an Overlay can lie on another.
func (o *Overlay) Before(name string) (string, []byte, error) {
	i, _ := slices.BinarySearch(o.names, name)
	theirs, value, err := o.base.Before(name)
	return o.last(i, theirs, value, err)
}

// last returns what is greater: the last of the first n of its own names that was not deleted, or what was found in the base,
// or before that, where it was written since.
func (o *Overlay) last(n int, theirs string, value []byte, err error) (string, []byte, error) {
	own := ""
	for _, name := range slices.Backward(o.names[:n]) {
		if o.values[name] != nil {
			own = name
			break
		}
	}
	for err == nil && theirs > own && o.wrote(theirs) {
		theirs, value, err = o.base.Before(theirs)
	}
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return "", nil, err
	case err == nil && theirs > own:
		return theirs, value, nil
	case own != "":
		return own, append([]byte{}, o.values[own]...), nil
	}
	return "", nil, ErrNotFound
}

func (o *Overlay) wrote(name string) bool {
	_, written := o.values[name]
	return written
}

// Writes yields what was written, in byte order of the names. A nil value stands for a deletion; an empty one is not nil.
func (o *Overlay) Writes() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, name := range o.names {
			if !yield(name, o.values[name]) {
				return
			}
		}
	}
}

// Absorb writes what was written in an Overlay that lies on this one.
func (o *Overlay) Absorb(upper *Overlay) {
	for name, value := range upper.Writes() {
		_ = o.set(name, value) // its name was checked there
	}
}

// Len is how many names were written.
func (o *Overlay) Len() int { return len(o.names) }

// Watched returns the names written of which verifiers must hear, sorted: see [Watched].
func (o *Overlay) Watched() []string {
	var names []string
	for _, name := range o.names {
		if Watched(name) {
			names = append(names, name)
		}
	}
	return names
}
