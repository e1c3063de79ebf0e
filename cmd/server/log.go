package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
)

// log writes down what was done for a request. No argument may hold a token, a password or a key.
func (s *Server) log(r *http.Request, what string, args ...any) {
	s.Log.InfoContext(r.Context(), what, append([]any{"from", s.from(r).String()}, args...)...)
}

// logFailure writes down why a request was turned away: what is the caller's fault as information, what is ours as an
// error.
func (s *Server) logFailure(r *http.Request, f *failure, err error) {
	level, what := slog.LevelInfo, "refused"
	if f.status >= http.StatusInternalServerError {
		level, what = slog.LevelError, "failed"
	}
	if errors.Is(r.Context().Err(), context.Canceled) {
		level, what = slog.LevelInfo, "caller left"
	}
	if f.cause != nil {
		err = f.cause
	}
	s.Log.Log(r.Context(), level, what, "from", s.from(r).String(), "method", r.Method, "path", r.URL.Path,
		"status", f.status, "cause", err.Error())
}

// refusedToken is told of each token that was turned away.
func (s *Server) refusedToken(r *http.Request, status int, err error) {
	s.logFailure(r, &failure{status: status}, err)
}
