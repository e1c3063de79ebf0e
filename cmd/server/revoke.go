package server

import (
	"errors"
	"net/http"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/token/bearer"
)

// revoke takes back a token (RFC 7009): for a service with the scope, and for whoever holds the token itself. What is no
// good token is as good as revoked: 200.
func (s *Server) revoke(r *http.Request, p params) (*reply, error) {
	raw, err := p.need("token")
	if err != nil {
		return nil, err
	}
	by, err := s.mayRevoke(r, p, raw)
	if token.IsVerdict(err) { // one's own, and no good any more
		return &reply{status: http.StatusOK}, nil
	}
	if err != nil {
		return nil, err
	}
	if authority.IsRefreshToken(raw) {
		_, err = s.acting(r).Logout(r.Context(), raw, false)
	} else {
		_, err = s.acting(r).RevokeToken(r.Context(), raw, authority.Revoke{Reason: askedBy(by)})
	}
	switch {
	case errors.Is(err, authority.ErrConflict):
		return nil, &failure{status: http.StatusBadRequest, Code: "unsupported_token_type", Words: "a token without jti", cause: err}
	case err == nil:
		s.log(r, "revoked", "by", by)
	case !token.IsVerdict(err):
		return nil, err
	}
	return &reply{status: http.StatusOK}, nil
}

// askedBy is a reason. Those are short, and names need not be: no token is to live on for that.
func askedBy(name string) string { return "asked for by " + abridged(name, 200) }

// mayRevoke returns the name of who asks. Whoever sends a token as its own bearer may revoke it, for whatever audience it
// is.
func (s *Server) mayRevoke(r *http.Request, p params, raw string) (string, error) {
	if own, err := bearer.Token(r); err == nil && own == raw {
		claims, err := s.Live.Introspect(r.Context(), raw)
		if err != nil {
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
