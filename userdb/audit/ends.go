package audit

import "jotkit/userdb/kv"

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
	ends.First, err = firstLine(v, chain)
	if err != nil || ends.First.Seq == 0 {
		return ends, false, err
	}
	name, value, err := floor(v, chain, afterLines(chain))
	if err == nil {
		ends.Last, err = parseLine(name, value)
	}
	return ends, true, err
}
