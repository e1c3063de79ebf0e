package server

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"jotkit/cmd/authority"
)

// A reply is an answer to a request that went well.
type reply struct {
	status int
	body   any // nil for none; written as JSON, or as it is where it is json.RawMessage
	cache  string
	etag   string
}

func ok(body any) *reply { return &reply{status: http.StatusOK, body: body} }

// plain answers a request that has no body to read.
func (s *Server) plain(do func(*http.Request) (*reply, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := do(r)
		s.answer(w, r, a, err)
	})
}

// form answers a request with parameters in its body.
func (s *Server) form(do func(*http.Request, params) (*reply, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := readParams(w, r)
		if err != nil {
			s.answer(w, r, nil, err)
			return
		}
		a, err := do(r, p)
		s.answer(w, r, a, err)
	})
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, a *reply, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store") // what is said about tokens and people is for who asked (RFC 6749 section 5.1)
	if a.cache != "" {
		h.Set("Cache-Control", a.cache)
	}
	if a.etag != "" {
		h.Set("ETag", a.etag)
		if r.Header.Get("If-None-Match") == a.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	writeJSON(w, a.status, a.body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(body)
	if err != nil { // of our own structs
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(append(text, '\n'))
}

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
func (f *failure) Unwrap() error { return f.cause }

func badRequest(words string) error {
	return &failure{status: http.StatusBadRequest, Code: "invalid_request", Words: words}
}

// failureOf says how an error of the authority is answered. What is not in it is nobody's fault but ours.
func failureOf(err error) *failure {
	var own *failure
	var slow *authority.SlowDown
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &slow):
		return &failure{status: http.StatusTooManyRequests, Code: "slow_down", Words: "too many attempts: wait", retry: slow.Wait}
	case errors.Is(err, authority.ErrOverloaded):
		return &failure{status: http.StatusServiceUnavailable, Code: "temporarily_unavailable",
			Words: "too many logins at once", retry: time.Second}
	case errors.Is(err, authority.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &failure{status: http.StatusServiceUnavailable, Code: "temporarily_unavailable",
			Words: "the store cannot be used at the moment", retry: time.Second}
	case errors.Is(err, authority.ErrLoginRefused):
		return &failure{status: http.StatusUnauthorized, Code: "invalid_grant", Words: "wrong name or password",
			challenge: []string{`Bearer realm="` + realm + `"`}}
	case errors.Is(err, authority.ErrUserExists):
		return &failure{status: http.StatusConflict, Code: "conflict", Words: "that name is taken"}
	case errors.Is(err, authority.ErrName), errors.Is(err, authority.ErrPasswordPolicy):
		return &failure{status: http.StatusBadRequest, Code: "invalid_request", Words: err.Error()}
	case errors.Is(err, authority.ErrPolicy), errors.Is(err, authority.ErrScope):
		return &failure{status: http.StatusBadRequest, Code: "invalid_scope", Words: err.Error()}
	}
	return &failure{status: http.StatusServiceUnavailable, Code: "temporarily_unavailable", Words: "something went wrong here",
		retry: time.Second}
}

// fail answers a request that is turned away, and writes down why.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := failureOf(err)
	s.logFailure(r, f, err)
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
