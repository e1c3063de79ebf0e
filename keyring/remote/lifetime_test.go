package remote

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestLifetime(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		name   string
		header http.Header
		want   time.Duration
		forget bool
	}{
		{"nothing said", http.Header{}, 5 * time.Minute, false},
		{"max-age", http.Header{"Cache-Control": {"public, max-age=300"}}, 5 * time.Minute, false},
		{"any case, quoted", http.Header{"Cache-Control": {`Public,MAX-AGE="60"`}}, time.Minute, false},
		{"age counts", http.Header{"Cache-Control": {"max-age=300"}, "Age": {"290"}}, 10 * time.Second, false},
		{"older than its time", http.Header{"Cache-Control": {"max-age=300"}, "Age": {"400"}}, 0, false},
		{"an age beyond numbers", http.Header{"Cache-Control": {"max-age=300"}, "Age": {"99999999999999999999"}}, 0, false},
		{"at most a day", http.Header{"Cache-Control": {"max-age=31536000"}}, 24 * time.Hour, false},
		{"beyond numbers", http.Header{"Cache-Control": {"max-age=99999999999999999999"}}, 24 * time.Hour, false},
		{"no number", http.Header{"Cache-Control": {"max-age=soon"}}, 0, false},
		{"negative", http.Header{"Cache-Control": {"max-age=-1"}}, 0, false},
		{"twice", http.Header{"Cache-Control": {"max-age=10", "max-age=300"}}, 10 * time.Second, false},
		{"for shared caches", http.Header{"Cache-Control": {"s-maxage=3600, max-age=60"}}, time.Minute, false},
		{"for shared caches alone", http.Header{"Cache-Control": {"s-maxage=3600"}}, 5 * time.Minute, false},
		{"no-cache", http.Header{"Cache-Control": {"max-age=300, no-cache"}}, 0, false},
		{"no-store wins", http.Header{"Cache-Control": {"no-store, max-age=300"}}, 0, true},
		{"expires", http.Header{"Expires": {at(time.Hour)}}, time.Hour, false},
		{"expires by the server's clock", http.Header{"Expires": {at(time.Hour)}, "Date": {at(50 * time.Minute)}}, 10 * time.Minute, false},
		{"expired", http.Header{"Expires": {at(-time.Hour)}}, 0, false},
		{"expires at no time", http.Header{"Expires": {"0"}}, 0, false},
		{"max-age before expires", http.Header{"Cache-Control": {"max-age=60"}, "Expires": {at(time.Hour)}}, time.Minute, false},
	} {
		if got, keep := lifetime(c.header, now); got != c.want || keep == c.forget {
			t.Errorf("%s: %v, keep %v; want %v, %v", c.name, got, keep, c.want, !c.forget)
		}
	}
}

// What came over http from this machine is good for five minutes at most, whatever it says.
func TestLifeOfPlainHTTP(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a"), "max-age=86400")
	plain := httptest.NewServer(o)
	defer plain.Close()
	for _, c := range []struct {
		after time.Duration
		asked int
	}{{0, 1}, {5*time.Minute - time.Second, 1}, {time.Second, 2}} {
		clock.add(c.after)
		s, err := client.JWKS(plain.URL + "/jwks")
		if err != nil {
			t.Fatal(err)
		}
		o.wantKey(t, s, "a", nil, c.asked)
	}
}
