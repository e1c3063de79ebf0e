package bearer_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"jotkit/token"
	"jotkit/token/bearer"
)

// FuzzToken: exactly what the grammar of RFC 6750 section 2.1 allows is taken, and never beside a token in the URL.
func FuzzToken(f *testing.F) {
	for _, header := range []string{
		"Bearer mF_9.B5f-4.1JqM", "bearer  a~b+/c==", "Bearer", "Bearer ", "Bearer =", "Bearer a=b", "Bearer\ta", " Bearer a", "Basic a",
		"Bearer a ", "Bearer a, Bearer b", "Bearer a\r\nX: y", "Bearer \u212a", "\u017fearer a", "",
	} {
		for _, query := range []string{"", "a=b", "access_token=x", "a;access_token", "%61ccess_token=", "access_token%zz&%", "access+token"} {
			f.Add(header, query)
		}
	}
	grammar := regexp.MustCompile(`\A[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)\z`)
	f.Fuzz(func(t *testing.T, header, query string) {
		r := &http.Request{Header: http.Header{"Authorization": {header}}, URL: &url.URL{RawQuery: query}}
		raw, err := bearer.Token(r)
		if (raw == "") == (err == nil) {
			t.Fatalf("%q beside %v", raw, err)
		}
		values, _ := url.ParseQuery(query) // what it can read, also beside an error
		if values.Has("access_token") && !errors.Is(err, bearer.ErrInURL) {
			t.Fatalf("%q is let through: %v", query, err)
		}
		if errors.Is(err, bearer.ErrInURL) {
			return
		}
		want := ""
		if m := grammar.FindStringSubmatch(header); m != nil && len(m[1]) <= token.MaxLength {
			want = m[1]
		}
		if raw != want {
			t.Fatalf("%q: %q, %v; want %q", header, raw, err, want)
		}
	})
}
