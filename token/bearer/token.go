package bearer

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"jotkit/token"
)

var (
	// ErrNoToken comes back for a request without an Authorization header, or with one of another scheme.
	ErrNoToken = errors.New("no bearer token")
	// ErrMalformed comes back for what follows "Bearer" when it is no b64token (RFC 6750 section 2.1) of 1 to
	// token.MaxLength bytes.
	ErrMalformed = errors.New("malformed bearer token")
	// ErrTwice comes back for more than one Authorization header: what stands in front of the service may have looked at
	// the other one.
	ErrTwice = errors.New("more than one Authorization header")
	// ErrInURL comes back for a query with an access_token, whatever the headers say. It is in the logs by now.
	ErrInURL = errors.New("access_token in the URL")
)

// Token takes the token out of the Authorization header. It looks at the form alone: who may have sent it is the Verifier's
// to say. The errors are ErrNoToken, ErrMalformed, ErrTwice and ErrInURL; none quotes what was sent.
func Token(r *http.Request) (string, error) {
	if inQuery(r.URL.RawQuery) {
		return "", ErrInURL
	}
	headers := r.Header["Authorization"]
	switch {
	case len(headers) == 0:
		return "", ErrNoToken
	case len(headers) > 1:
		return "", ErrTwice
	}
	scheme, rest, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", ErrNoToken
	}
	raw := strings.TrimLeft(rest, " ") // 1*SP (RFC 6750 section 2.1), and no tab
	switch {
	case raw == "":
		return "", fmt.Errorf("%w: empty", ErrMalformed)
	case len(raw) > token.MaxLength:
		return "", fmt.Errorf("%w: %d bytes, and tokens of up to %d are read", ErrMalformed, len(raw), token.MaxLength)
	case !isB64Token(raw):
		return "", fmt.Errorf("%w: a byte that no token has", ErrMalformed)
	}
	return raw, nil
}

// inQuery tells whether a query names access_token, escaped or not. Pairs end at "&", and for some servers at ";".
func inQuery(query string) bool {
	for query != "" {
		pair := query
		if end := strings.IndexAny(query, "&;"); end >= 0 {
			pair, query = query[:end], query[end+1:]
		} else {
			query = ""
		}
		name, _, _ := strings.Cut(pair, "=")
		if strings.IndexByte(name, '%') >= 0 {
			name, _ = url.QueryUnescape(name) // "" for an escape that is none
		}
		if name == "access_token" {
			return true
		}
	}
	return false
}

// isB64Token holds s against 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=".
func isB64Token(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := range len(s) {
		if !b64[s[i]] {
			return false
		}
	}
	return s != ""
}

// b64 has the characters of a token. A processor cannot foresee which of them comes next, and would lose its way in
// comparisons.
var b64 = func() (all [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/") {
		all[c] = true
	}
	return all
}()
