package token

import (
	"math"
	"strconv"
	"time"
)

// A NumericDate is a time as tokens write it (RFC 7519 section 2): seconds since 1970, perhaps with a fraction. The
// zero value is no date.
type NumericDate struct{ time.Time }

// maxDate bounds dates from above: beyond 2^53 a float64 no longer tells seconds apart, and other libraries wrap around.
const maxDate = 1 << 53

// parseDate reads a JSON number x with 0 < x < 2^53, and says whether it is one.
func parseDate(value string) (NumericDate, bool) {
	if len(value) == 0 || value[0] < '0' || value[0] > '9' { // strings, null, negative numbers
		return NumericDate{}, false
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil { // as almost all are written
		if n <= 0 || n >= maxDate {
			return NumericDate{}, false
		}
		return NumericDate{time.Unix(n, 0).UTC()}, true
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || x <= 0 || x >= maxDate {
		return NumericDate{}, false
	}
	seconds, fraction := math.Modf(x)
	return NumericDate{time.Unix(int64(seconds), int64(fraction*1e9)).UTC()}, true
}

// String is the date in RFC 3339, in UTC, as far as such a date has a year of four digits.
func (d NumericDate) String() string {
	if d.Year() > 9999 {
		return strconv.FormatInt(d.Unix(), 10)
	}
	return d.UTC().Format(time.RFC3339)
}
