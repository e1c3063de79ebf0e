package remote

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// defaultLife is for answers that say nothing of how long they are good for.
	defaultLife = 5 * time.Minute
	// maxLife bounds what a server may ask for: a key that was revoked must not live on here for long.
	maxLife = 24 * time.Hour
)

// lifetime is how long an answer is good for, by RFC 9111 section 4.2.1, and whether it may be kept on disk at all. What
// is meant for shared caches (s-maxage) is not meant for us.
func lifetime(h http.Header, now time.Time) (life time.Duration, keep bool) {
	directives := cacheControl(h)
	_, noStore := directives["no-store"]
	_, noCache := directives["no-cache"]
	age, aged := directives["max-age"]
	switch {
	case noStore:
		return 0, false
	case noCache:
		return 0, true
	case aged:
		life = seconds(age) - seconds(h.Get("Age"))
	case h.Get("Expires") != "":
		life = untilExpires(h, now)
	default:
		life = defaultLife
	}
	return min(max(life, 0), maxLife), true
}

// cacheControl reads the directives. Of one that stands twice the first counts (RFC 9111 section 4.2.1).
func cacheControl(h http.Header) map[string]string {
	directives := map[string]string{}
	for part := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		name = strings.ToLower(name)
		if _, twice := directives[name]; !twice {
			directives[name] = strings.Trim(value, `"`)
		}
	}
	return directives
}

// seconds reads a number of seconds; what is none is 0, so that the answer is not good for any longer.
func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // beyond the range it is the most there is
		return 0
	}
	return time.Duration(n) * time.Second
}

// untilExpires goes by the server's own clock where it shows it. An Expires that is no time means the past.
func untilExpires(h http.Header, now time.Time) time.Duration {
	end, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return end.Sub(now)
}
