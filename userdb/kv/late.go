package kv

import "iter"

// A LateEntry is a name, and how to come by its value.
type LateEntry struct {
	Name string
	// Open returns the value as Scan would have yielded it, or the error of it. It may be called when the View is over, and
	// of many entries in many goroutines.
	Open func() ([]byte, error)
}

// ScanLate is the Scan of a View for who reads so much that nobody should have to wait for the store until all of it is
// opened: where values lie sealed, they are copied as they lie, and opened by who asks for them.
func ScanLate(v View, prefix, after string) iter.Seq2[LateEntry, error] {
	if v, ok := v.(interface {
		ScanLate(prefix, after string) iter.Seq2[LateEntry, error]
	}); ok {
		return v.ScanLate(prefix, after)
	}
	return func(yield func(LateEntry, error) bool) {
		for e, err := range v.Scan(prefix, after) {
			if !yield(LateEntry{e.Name, func() ([]byte, error) { return e.Value, nil }}, err) || err != nil {
				return
			}
		}
	}
}
