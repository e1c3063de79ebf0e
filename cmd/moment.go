package cmd

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errMoment = errors.New("a time is written 2026-01-31T12:00:00Z, 1767182400, now, now-1h or now+5m")

// latest is the last second that a time may name: later ones have no year of four digits.
var latest = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()

// parseMoment reads a time in RFC 3339, in Unix seconds, or from now.
func parseMoment(s string, now time.Time) (time.Time, error) {
	if rest, relative := strings.CutPrefix(s, "now"); relative {
		return fromNow(rest, now.UTC().Truncate(time.Second))
	}
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		if seconds <= 0 || seconds > latest {
			return time.Time{}, errMoment
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if err != nil || t.Unix() <= 0 {
		return time.Time{}, errMoment
	}
	return t.UTC(), nil
}

func fromNow(rest string, now time.Time) (time.Time, error) {
	if rest == "" {
		return now, nil
	}
	d, err := parseDuration(rest[1:])
	if err != nil {
		return time.Time{}, errMoment
	}
	switch rest[0] {
	case '+':
		now = now.Add(d)
	case '-':
		now = now.Add(-d)
	default:
		return time.Time{}, errMoment
	}
	if now.Unix() <= 0 || now.Unix() > latest {
		return time.Time{}, errMoment
	}
	return now, nil
}

// momentValue is a flag that takes a time.
type momentValue struct {
	to  *time.Time
	now func() time.Time
}

func (v momentValue) String() string { return "" }
func (v momentValue) Type() string   { return "T" }

func (v momentValue) Set(s string) (err error) {
	*v.to, err = parseMoment(s, v.now())
	return err
}
