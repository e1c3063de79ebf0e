package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// timeUnits are the units of time, in nanoseconds.
var timeUnits = []struct {
	name string
	ns   float64
}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}}

// sizeUnits are thousands of what can be counted.
var sizeUnits = []struct {
	name string
	n    float64
}{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}}

// round leaves three digits that count.
func round(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// digits writes three digits that count: 0.0833, 1.50, 45,600.
func digits(v float64) string {
	v = round(v)
	decimals := 2
	if v != 0 {
		decimals = 2 - int(math.Floor(math.Log10(math.Abs(v))+1e-9))
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', max(0, decimals), 64), ".")
	if fraction == "" {
		return grouped(whole)
	}
	return grouped(whole) + "." + fraction
}

// grouped has commas between thousands.
func grouped(whole string) string {
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole
}

// short is digits without zeros at the end: 0.2, 4, 1.05.
func short(v float64) string {
	return trimmed(digits(v))
}

// trimmed is a number without zeros at the end of a fraction.
func trimmed(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// quantity writes a value with its unit: nanoseconds as people read times, "3.02 µs", all else as it is: "4 allocations".
func quantity(v float64, unit string) string {
	if unit != "ns" {
		return short(v) + " " + unit
	}
	v = round(v)
	for _, u := range timeUnits {
		if v >= u.ns {
			return digits(v/u.ns) + " " + u.name
		}
	}
	return digits(v) + " ns"
}

// brief is quantity without zeros at the end: "1 µs", "2.5 ms".
func brief(v float64, unit string) string {
	number, rest, _ := strings.Cut(quantity(v, unit), " ")
	return trimmed(number) + " " + rest
}

// size writes how many there are: 0, 300, 1 k, 10 M; powers of two and the like in full, 8,192.
func size(n float64) string {
	if n < 100_000 && n == math.Trunc(n) && n != round(n) {
		return grouped(strconv.Itoa(int(n)))
	}
	n = round(n)
	for _, u := range sizeUnits {
		if n >= u.n {
			return short(n/u.n) + " " + u.name
		}
	}
	return short(n)
}

// ratio writes how a time compares with another: its median and what half of the turns lie between.
func ratio(low, median, high float64) string {
	return fmt.Sprintf("%s (%s–%s)", digits(median), digits(low), digits(high))
}

// inNanoseconds is the value in nanoseconds where the unit is one of time, and else as it was.
func inNanoseconds(v float64, unit string) (float64, string) {
	for _, u := range timeUnits {
		if unit == u.name {
			return v * u.ns, "ns"
		}
	}
	return v, unit
}

// parseNumber reads what digits and short write.
func parseNumber(s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return v, nil
}

// parseQuantity reads what quantity writes.
func parseQuantity(s string) (v float64, unit string, err error) {
	number, unit, found := strings.Cut(s, " ")
	if !found || unit == "" {
		return 0, "", fmt.Errorf("%q has no unit", s)
	}
	if v, err = parseNumber(number); err != nil {
		return 0, "", err
	}
	v, unit = inNanoseconds(v, unit)
	return v, unit, nil
}

// parseSize reads what size writes.
func parseSize(s string) (float64, error) {
	number, unit, found := strings.Cut(s, " ")
	n, err := parseNumber(number)
	if err != nil || !found {
		return n, err
	}
	for _, u := range sizeUnits {
		if unit == u.name {
			return n * u.n, nil
		}
	}
	return 0, fmt.Errorf("%q is no number", s)
}
