package lint

import (
	"bytes"
	"time"

	"jotkit/token"
)

// milliseconds are what a date of this size is likely in: as seconds it would be in the year 5138.
const milliseconds = 100_000_000_000

// lookAtDates looks at what each date is, and then at how they stand to each other.
func (f *findings) lookAtDates(p parts) {
	exp, nbf, iat := p.u.Times()
	for _, d := range []struct {
		name string
		at   token.NumericDate
	}{{"exp", exp}, {"nbf", nbf}, {"iat", iat}} {
		value, there := p.payload.Value(d.name)
		where := "claims." + d.name
		switch {
		case !there:
		case d.at.IsZero():
			f.add("odd_date", where, "it is no number of seconds, 0 < x < 2^53")
		case d.at.Unix() >= milliseconds:
			f.add("odd_date", where, "it is in the year %d: it seems to be in milliseconds, and seconds are meant", d.at.Year())
		case bytes.ContainsAny(value, ".eE"):
			f.add("odd_date", where, "it is not written as a whole number, and some readers cut or refuse it")
		}
	}
	if exp.IsZero() {
		return
	}
	for _, d := range []struct {
		name string
		at   token.NumericDate
	}{{"nbf", nbf}, {"iat", iat}} {
		if !d.at.IsZero() && !d.at.Before(exp.Time) {
			f.add("odd_date", "claims."+d.name, "it is not before exp, so the token is never valid")
		}
	}
	if life := exp.Sub(iat.Time); !iat.IsZero() && life > longest && exp.Unix() < milliseconds {
		f.add("long_life", "claims.exp", "it lives for %s, and an access token should for %s at most",
			life.Truncate(time.Second), longest)
	}
}
