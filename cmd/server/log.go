package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
)

// log writes down what was done for a request. No argument may hold a token, a password or a key.
func (s *Server) log(r *http.Request, what string, args ...any) {
	s.Log.InfoContext(r.Context(), what, append([]any{"from", s.from(r).String()}, args...)...)
}

// refused writes down why a request was turned away: what is the caller's fault as information, what is ours as an error.
func (s *Server) refused(r *http.Request, status int, err error) {
	level, what := slog.LevelInfo, "refused"
	switch {
	case errors.Is(r.Context().Err(), context.Canceled):
		what = "caller left"
	case status >= http.StatusInternalServerError:
		level, what = slog.LevelError, "failed"
	}
	s.Log.Log(r.Context(), level, what, "from", s.from(r).String(), "route", r.Pattern, "status", status, "cause", abridged(err.Error(), longestCause))
}

// longestCause is the most that is logged of a cause, in bytes: it may quote what a stranger has sent.
const longestCause = 500

// abridged is a text of so many bytes at most, cut between characters.
func abridged(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
