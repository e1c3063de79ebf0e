package audit

import (
	"errors"
	"strings"
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
	for at := linesOf(chain) + "\xff"; ; {
		name, value, err := v.Floor(at)
		if errors.Is(err, kv.ErrNotFound) || err == nil && !strings.HasPrefix(name, linesOf(chain)) {
			return Seen{}, nil
		}
		if err != nil {
			return Seen{}, err
		}
		l, err := parseLine(name, value)
		if err != nil || l.Seq == 0 || l.Time.Before(t) {
			return l.Seen(), err
		}
		at = lineName(chain, l.Seq-1)
	}
}

// readAt returns the line of this number, or the zero Line.
func readAt(r kv.Reader, chain string, seq uint64) (Line, error) {
	value, err := r.Get(lineName(chain, seq))
	if errors.Is(err, kv.ErrNotFound) {
		return Line{}, nil
	}
	if err != nil {
		return Line{}, err
	}
	return parseLine(lineName(chain, seq), value)
}

// firstLine returns the oldest line of a chain, or the zero Line.
func firstLine(v kv.View, chain string) (Line, error) {
	for e, err := range v.Scan(linesOf(chain), "") {
		if err != nil {
			return Line{}, err
		}
		return parseLine(e.Name, e.Value)
	}
	return Line{}, nil
}
