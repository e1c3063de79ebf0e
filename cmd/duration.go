package cmd

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// units are those of a duration, largest first.
var units = []struct {
	letter byte
	size   time.Duration
}{{'w', 7 * 24 * time.Hour}, {'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

var errDuration = errors.New("a duration is written 90s, 15m, 8h, 7d, 2w or 1h30m")

// parseDuration reads whole numbers with a unit each.
func parseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, errDuration
	}
	var sum time.Duration
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == 0 || digits == len(s) || digits > 12 {
			return 0, errDuration
		}
		size := unitOf(s[digits])
		if size == 0 {
			return 0, errDuration
		}
		var n int64
		for _, d := range []byte(s[:digits]) {
			n = n*10 + int64(d-'0')
		}
		if n > int64((math.MaxInt64-sum)/size) {
			return 0, fmt.Errorf("longer than %d years", math.MaxInt64/int64(365*24*time.Hour))
		}
		sum += time.Duration(n) * size
		s = s[digits+1:]
	}
	return sum, nil
}

func unitOf(letter byte) time.Duration {
	for _, u := range units {
		if u.letter == letter {
			return u.size
		}
	}
	return 0
}

// formatDuration writes d in the two largest units that it has, as "14m 59s".
func formatDuration(d time.Duration) string {
	if d < 0 {
		return "-" + formatDuration(-max(d, -math.MaxInt64)) // the least of all has no opposite
	}
	var parts []string
	for _, u := range units[1:] { // weeks are for writing down, days for reading
		if n := d / u.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%c", n, u.letter))
			d -= n * u.size
		} else if len(parts) > 0 {
			break
		}
		if len(parts) == 2 {
			break
		}
	}
	if len(parts) == 0 {
		return "0s"
	}
	return strings.Join(parts, " ")
}

// settingDuration writes d exactly, in a form that parseDuration reads.
func settingDuration(d time.Duration) string {
	var out strings.Builder
	for _, u := range units[1:] {
		if n := d / u.size; n > 0 {
			fmt.Fprintf(&out, "%d%c", n, u.letter)
			d -= n * u.size
		}
	}
	if out.Len() == 0 {
		return "0s"
	}
	return out.String()
}

// durationValue is a flag that takes a duration of at least some length.
type durationValue struct {
	to    *time.Duration
	least time.Duration
}

func (v durationValue) String() string {
	if v.to == nil || *v.to == 0 {
		return ""
	}
	return settingDuration(*v.to)
}

func (v durationValue) Type() string { return "D" }

func (v durationValue) Set(s string) error {
	d, err := parseDuration(s)
	if err != nil {
		return err
	}
	if d < v.least {
		return fmt.Errorf("shorter than %s", formatDuration(v.least))
	}
	*v.to = d
	return nil
}
