package server

import (
	"net/http"

	"jotkit/cmd/authority"
	"jotkit/token"
)

// inactive is the answer for every token that is not good, whatever is wrong with it (RFC 7662 section 2.2).
var inactive = map[string]any{"active": false}

// introspect tells a service about a token (RFC 7662). For whom the token is meant is for the service to look at.
func (s *Server) introspect(r *http.Request, p params) (*reply, error) {
	if _, err := s.caller(r, p, "introspect"); err != nil {
		return nil, err
	}
	raw, err := p.need("token")
	if err != nil {
		return nil, err
	}
	if authority.IsRefreshToken(raw) {
		return s.introspectSession(r, raw)
	}
	claims, err := s.Live.Introspect(r.Context(), raw)
	switch {
	case token.IsVerdict(err):
		return ok(inactive), nil
	case err != nil:
		return nil, err
	}
	return ok(described(claims)), nil
}

// described are the claims as they are in the token, and what RFC 7662 adds to them.
func described(c *token.Claims) map[string]any {
	about := map[string]any{}
	members, _ := token.ParseObject(c.JSON()) // which a Verifier has parsed before
	for _, m := range members {
		about[m.Name] = m.Value
	}
	about["active"], about["token_type"], about["username"] = true, "Bearer", c.Subject
	return about
}

func (s *Server) introspectSession(r *http.Request, raw string) (*reply, error) {
	session, err := s.Live.Session(r.Context(), raw)
	switch {
	case token.IsVerdict(err):
		return ok(inactive), nil
	case err != nil:
		return nil, err
	}
	return ok(map[string]any{
		"active": true, "token_type": "refresh_token", "username": session.User, "sub": session.User, "sid": session.ID,
		"iat": session.Created.Unix(), "exp": session.Until.Unix(),
	}), nil
}
