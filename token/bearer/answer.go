package bearer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
)

// DefaultRealm is the realm of a Guard that names none: a challenge of the scheme Bearer has at least one parameter
// (RFC 6750 section 3).
const DefaultRealm = "api"

// An answer is what a request gets that is turned away. One is enough for all the ways in which a token can be bad: which it
// was would tell a stranger whether a guess came close. Code and description hold no quotes, so that they need no escaping.
type answer struct {
	status      int
	code        string // error of the body, and of the challenge unless bare
	description string
	bare        bool // the challenge has no error, since no token was sent (RFC 6750 section 3.1)
}

var (
	noToken      = answer{http.StatusUnauthorized, "unauthorized", "a bearer token is needed", true}
	invalidToken = answer{http.StatusUnauthorized, "invalid_token", "the token is not accepted", false}
	// invalidRequest is a 400 in RFC 6750. Here it is 401, as whatever else is neither 401 nor 403 becomes a 500 behind
	// auth_request of nginx, and the caller's fault then looks like the server's.
	invalidRequest    = answer{http.StatusUnauthorized, "invalid_request", "one token, in one Authorization header, and none in the URL", false}
	insufficientScope = answer{http.StatusForbidden, "insufficient_scope", "the token does not carry the role or scope that is needed", false}
	// noVerdict is never a 401, at which a client throws a good token away, and its code is the one of RFC 6749 for a
	// server that cannot answer now.
	noVerdict = answer{http.StatusServiceUnavailable, "temporarily_unavailable", "tokens cannot be verified at the moment", false}
)

// refuse tells Refused and answers. It answers those who seem to be gone as well: a client that closed only its half of the
// connection would read the silence of a handler as 200.
func (g Guard) refuse(w http.ResponseWriter, r *http.Request, a *answer, err error) {
	left := a.status == http.StatusServiceUnavailable && errors.Is(r.Context().Err(), context.Canceled)
	if g.Refused != nil && !left {
		g.Refused(r, a.status, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if a.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	} else {
		h.Set("WWW-Authenticate", g.challenge(a))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		io.WriteString(w, `{"error":"`+a.code+`","error_description":"`+a.description+`"}`+"\n")
	}
}

// challenge is the value of WWW-Authenticate (RFC 6750 section 3).
func (g Guard) challenge(a *answer) string {
	realm := g.Realm
	if realm == "" {
		realm = DefaultRealm
	}
	c := "Bearer realm=" + quoted(realm)
	if !a.bare {
		c += `, error="` + a.code + `", error_description="` + a.description + `"`
	}
	if a.status == http.StatusForbidden && len(g.Scopes) > 0 {
		c += ", scope=" + quoted(strings.Join(g.Scopes, " "))
	}
	return c
}

// quoted is s as a quoted-string (RFC 9110 section 5.6.4). A control character, which none may hold and with which a value
// could end the header, becomes a space.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f:
			b.WriteByte(' ')
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
