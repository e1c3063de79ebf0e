package server

import "net/http"

// healthz says that the process answers.
func (s *Server) healthz(*http.Request) (*reply, error) {
	return ok(map[string]string{"status": "ok"}), nil
}

// readyz says whether it can tell good tokens from others.
func (s *Server) readyz(r *http.Request) (*reply, error) {
	if _, err := s.Live.Known(r.Context()); err != nil {
		return nil, err
	}
	return ok(map[string]string{"status": "ready"}), nil
}
