package audit

import (
	"errors"
	"strings"

	"jotkit/userdb/kv"
)

// readLine reads one line that has to be there.
func readLine(r kv.Reader, chain string, seq uint64) (Line, error) {
	l, err := readAt(r, chain, seq)
	if err == nil && l.Seq == 0 {
		err = damaged(lineName(chain, seq), "it is missing")
	}
	return l, err
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

// floor finds the line of a chain with the greatest name up to this one, as it lies; the name is "" where there is none.
func floor(r kv.Reader, chain, at string) (name string, value []byte, err error) {
	name, value, err = r.Floor(at)
	if errors.Is(err, kv.ErrNotFound) || err == nil && !strings.HasPrefix(name, linesOf(chain)) {
		return "", nil, nil
	}
	return name, value, err
}
