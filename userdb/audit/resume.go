package audit

import (
	"time"

	"jotkit/userdb/kv"
)

// A Seen is a line that was listed: where to go on from. The zero value is before the first.
type Seen struct {
	Seq  uint64
	MAC  Sum
	Time time.Time
}

// Seen is the place behind the line.
func (l Line) Seen() Seen { return Seen{l.Seq, l.MAC, l.Time} }

// resume returns the place to go on from. It is the one seen, also when that line was pruned, unless another store has
// come into the place of this one, such as an older copy: then numbers say nothing, and it goes on with the first line
// that is no older than what was seen.
func resume(v kv.View, chain string, seen Seen) (Seen, error) {
	if seen.Seq == 0 {
		return seen, nil
	}
	l, err := readAt(v, chain, seen.Seq)
	if err != nil || l.MAC == seen.MAC {
		return seen, err
	}
	if l.Seq == 0 { // that line is not there
		first, err := firstLine(v, chain)
		if err != nil || first.Seq == 0 || first.Seq > seen.Seq {
			return seen, err
		}
	}
	return lastBefore(v, chain, seen.Time)
}

// lastBefore walks back from the end of a chain to the last line that is older than t.
func lastBefore(v kv.View, chain string, t time.Time) (Seen, error) {
	for at := afterLines(chain); ; {
		name, value, err := floor(v, chain, at)
		if err != nil || name == "" {
			return Seen{}, err
		}
		l, err := parseLine(name, value)
		if err != nil || l.Seq == 0 || l.Time.Before(t) {
			return l.Seen(), err
		}
		at = lineName(chain, l.Seq-1)
	}
}
