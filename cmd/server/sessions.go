package server

import (
	"net/http"

	"jotkit/token"
)

// refresh is the token endpoint of RFC 6749 section 6.
func (s *Server) refresh(r *http.Request, p params) (*reply, error) {
	if grant, there := p["grant_type"]; there && grant != "refresh_token" {
		return nil, &failure{status: http.StatusBadRequest, Code: "unsupported_grant_type", Words: "only refresh_token is"}
	}
	raw, err := s.refreshToken(r, p, "refresh")
	if err != nil {
		return nil, err
	}
	grant, err := s.acting(r).Refresh(r.Context(), raw)
	if err != nil {
		return nil, refusedSession(err)
	}
	s.log(r, "refreshed")
	return ok(grant), nil
}

// logout ends a session, with its access tokens.
func (s *Server) logout(r *http.Request, p params) (*reply, error) {
	raw, err := s.refreshToken(r, p, "logout")
	if err != nil {
		return nil, err
	}
	if _, err := s.acting(r).Logout(r.Context(), raw, false); err != nil {
		return nil, refusedSession(err)
	}
	s.log(r, "logged out")
	return &reply{status: http.StatusNoContent}, nil
}

// refreshToken returns the refresh token of a request, which this store has made. Others cost it nothing, so they are
// counted here.
func (s *Server) refreshToken(r *http.Request, p params, verb string) (string, error) {
	raw, err := p.need("refresh_token")
	if err != nil {
		return "", err
	}
	if err := s.Live.Genuine(r.Context(), raw); err != nil {
		if token.IsVerdict(err) {
			s.acting(r).TurnedAway(verb)
		}
		return "", refusedSession(err)
	}
	return raw, nil
}

// refusedSession is one answer to every refresh token that is not good. It brings no challenge: a client takes one to be
// about an Authorization header, which this was not, and never comes to read the error (oauth4webapi).
func refusedSession(err error) error {
	if !token.IsVerdict(err) {
		return err
	}
	return &failure{status: http.StatusUnauthorized, Code: "invalid_grant", Words: "the refresh token is not good", cause: err}
}
