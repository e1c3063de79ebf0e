package audit

import (
	"errors"
	"strings"

	"jotkit/userdb/kv"
)

// Ends are the oldest line of a chain that is kept, and the newest.
type Ends struct{ First, Last Line }

// EndsOf reads both ends of every chain that has lines, by name. It looks at no line between them: for that there is
// [Verify]. Where an end cannot be read the error comes beside those that can.
func EndsOf(v kv.View) ([]Ends, error) {
	names, fault := chains(v, nil)
	var all []Ends
	for _, chain := range names {
		ends, found, err := endsOf(v, chain)
		if found && err == nil {
			all = append(all, ends)
		}
		if fault == nil {
			fault = err
		}
	}
	return all, fault
}

func endsOf(v kv.View, chain string) (ends Ends, found bool, err error) {
	for e, err := range v.Scan(linesOf(chain), "") {
		if err == nil {
			ends.First, err = parseLine(e.Name, e.Value)
		}
		if err != nil {
			return ends, false, err
		}
		found = true
		break
	}
	if !found {
		return ends, false, nil
	}
	name, value, err := v.Floor(linesOf(chain) + "\xff")
	switch {
	case errors.Is(err, kv.ErrNotFound), err == nil && !strings.HasPrefix(name, linesOf(chain)):
		return ends, false, nil
	case err == nil:
		ends.Last, err = parseLine(name, value)
	}
	return ends, true, err
}
