package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/token/bearer"
)

// caller authenticates the service behind a request, which needs a scope: by name and password, as client_id and
// client_secret (RFC 6749 section 2.3.1), or by an access token.
func (s *Server) caller(r *http.Request, p params, scope string) (*authority.Caller, error) {
	id, inBody := p["client_id"]
	_, secretInBody := p["client_secret"]
	inBody = inBody && secretInBody // a public client may name itself, and that proves nothing
	user, secret, basic := r.BasicAuth()
	switch {
	case basic && inBody:
		return nil, badRequest("one way to authenticate, not two")
	case basic:
		return s.service(r, unescaped(user), unescaped(secret), scope)
	case r.Header.Get("Authorization") != "":
		return s.holder(r, scope)
	case inBody:
		return s.service(r, id, p["client_secret"], scope)
	}
	return nil, invalidClient(scope, errNobody)
}

// unescaped undoes the form encoding that RFC 6749 asks for and many clients leave out.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

var (
	errNobody = errors.New("no credentials")
	errScope  = errors.New("the caller lacks the scope")
)

func (s *Server) service(r *http.Request, name, password, scope string) (*authority.Caller, error) {
	caller, err := s.acting(r).Authenticate(r.Context(), name, password)
	if errors.Is(err, authority.ErrLoginRefused) {
		return nil, invalidClient(scope, err)
	}
	if err == nil && !slices.Contains(caller.Scopes, scope) {
		return nil, invalidClient(scope, errScope)
	}
	return caller, err
}

// holder is who holds an access token with the scope.
func (s *Server) holder(r *http.Request, scope string) (*authority.Caller, error) {
	raw, err := bearer.Token(r)
	if err != nil {
		return nil, invalidClient(scope, err)
	}
	claims, err := s.Live.Verify(r.Context(), raw)
	switch {
	case token.IsVerdict(err):
		return nil, invalidClient(scope, err)
	case err != nil:
		return nil, err
	case !claims.HasScope(scope):
		return nil, invalidClient(scope, errScope)
	}
	return &authority.Caller{Name: claims.Subject, Scopes: claims.Scopes}, nil
}

func invalidClient(scope string, cause error) error {
	return &failure{status: http.StatusUnauthorized, Code: "invalid_client", cause: cause,
		Words:     "who asks has to authenticate, and to have the scope " + scope,
		challenge: []string{`Basic realm="` + realm + `", charset="UTF-8"`, `Bearer realm="` + realm + `"`}}
}
