package server

import (
	"errors"
	"net/http"
	"strings"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/token/bearer"
)

func isRefreshToken(raw string) bool { return strings.HasPrefix(raw, "jkr_") }

// revoke takes back a token (RFC 7009): for a service with the scope, and for whoever holds the token itself. What is no
// good token is as good as revoked: 200.
func (s *Server) revoke(r *http.Request, p params) (*reply, error) {
	raw, err := p.need("token")
	if err != nil {
		return nil, err
	}
	by, err := s.mayRevoke(r, p, raw)
	if err != nil {
		return nil, err
	}
	if isRefreshToken(raw) {
		_, err = s.acting(r).Logout(r.Context(), raw, false)
	} else {
		_, err = s.acting(r).RevokeToken(r.Context(), raw, authority.Revoke{Reason: "asked for by " + by})
	}
	switch {
	case errors.Is(err, authority.ErrConflict):
		return nil, &failure{status: http.StatusBadRequest, Code: "unsupported_token_type", Words: "a token without jti", cause: err}
	case err == nil:
		s.log(r, "revoked", "by", by)
	case !errors.As(err, new(*token.Refusal)) && !errors.As(err, new(token.Reason)):
		return nil, err
	}
	return &reply{status: http.StatusOK}, nil
}

// mayRevoke returns the name of who asks.
func (s *Server) mayRevoke(r *http.Request, p params, raw string) (string, error) {
	if own, err := bearer.Token(r); err == nil && own == raw {
		claims, err := s.Live.Verify(r.Context(), raw)
		switch {
		case errors.As(err, new(*token.Refusal)):
			return "", invalidClient("revoke", err)
		case err != nil:
			return "", err
		}
		return claims.Subject, nil
	}
	caller, err := s.caller(r, p, "revoke")
	if err != nil {
		return "", err
	}
	return caller.Name, nil
}
