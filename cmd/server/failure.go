package server

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"jotkit/cmd/authority"
)

// A failure is the answer to a request that is turned away, in the form of RFC 6749 section 5.2. Its words are for
// strangers.
type failure struct {
	status    int
	Code      string `json:"error"`
	Words     string `json:"error_description"`
	challenge []string
	retry     time.Duration
	cause     error // for the log
}

func (f *failure) Error() string { return f.Words }

func badRequest(words string) error {
	return &failure{status: http.StatusBadRequest, Code: "invalid_request", Words: words}
}

const unavailable = "temporarily_unavailable"

// failures say how errors of the authority are answered. Where the words are "", those of the error are for the caller.
var failures = []struct {
	err error
	failure
}{
	{authority.ErrOverloaded, failure{status: 503, Code: unavailable, Words: "too many logins at once", retry: time.Second}},
	{authority.ErrUnavailable, failure{status: 503, Code: unavailable, Words: "the store cannot be used at the moment", retry: time.Second}},
	{authority.ErrLoginRefused, failure{status: 401, Code: "invalid_grant", Words: "wrong name or password",
		challenge: []string{`Bearer realm="` + realm + `"`}}},
	{authority.ErrUserExists, failure{status: 409, Code: "conflict", Words: "that name is taken"}},
	{authority.ErrName, failure{status: 400, Code: "invalid_request"}},
	{authority.ErrPasswordPolicy, failure{status: 400, Code: "invalid_request"}},
	{authority.ErrPolicy, failure{status: 400, Code: "invalid_scope"}},
	{authority.ErrScope, failure{status: 400, Code: "invalid_scope"}},
	{context.Canceled, failure{status: 503, Code: unavailable, Words: "cut off"}},
}

// failureOf says how an error is answered. What is in no row is nobody's fault but ours.
func failureOf(err error) *failure {
	var own *failure
	var slow *authority.SlowDown
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &slow):
		return &failure{status: http.StatusTooManyRequests, Code: "slow_down", Words: "too many attempts: wait", retry: slow.Wait}
	}
	for _, row := range failures {
		if errors.Is(err, row.err) {
			f := row.failure
			f.Words = cmp.Or(f.Words, err.Error())
			return &f
		}
	}
	return &failure{status: http.StatusServiceUnavailable, Code: unavailable, Words: "something went wrong here", retry: time.Second}
}

// fail answers a request that is turned away, and writes down why.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := failureOf(err)
	s.refused(r, f.status, cmp.Or(f.cause, err))
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	for _, c := range f.challenge {
		h.Add("WWW-Authenticate", c)
	}
	if f.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retry.Seconds()))))
	}
	writeJSON(w, f.status, f)
}
