package server

import (
	"net/http"
	"net/url"

	"jotkit/token"
	"jotkit/token/bearer"
)

// protected greets whoever has a good token.
func protected(w http.ResponseWriter, r *http.Request) {
	greet(w, "a good token opens this", bearer.ClaimsOf(r))
}

// admin greets admins.
func admin(w http.ResponseWriter, r *http.Request) {
	greet(w, "the role admin opens this", bearer.ClaimsOf(r))
}

type greeting struct {
	Message  string `json:"message"`
	Username string `json:"username"`
}

func greet(w http.ResponseWriter, message string, c *token.Claims) {
	writeJSON(w, http.StatusOK, greeting{message, c.Subject})
}

// auth answers the question of a proxy (auth_request of nginx, forward_auth of Caddy) whether a request may pass: 204,
// 401 or 403, and 503 when nobody can tell. Roles and scopes to ask for stand in the query, as role=admin&scope=read. A
// question that is not understood is 403 to all: a slip in a proxy's configuration must not open the door.
func (s *Server) auth(w http.ResponseWriter, r *http.Request) {
	guard := s.guard()
	if r.URL.RawQuery != "" {
		asked, err := url.ParseQuery(r.URL.RawQuery)
		guard.Roles, guard.Scopes = asked["role"], asked["scope"]
		delete(asked, "role")
		delete(asked, "scope")
		if err != nil || len(asked) > 0 {
			guard.Roles = []string{""} // which no token has
		}
	}
	c, good := guard.Claims(w, r)
	if !good {
		return
	}
	// For what stands behind the proxy. A subject may be any text, and a header may not.
	w.Header().Set("X-Auth-User", url.PathEscape(c.Subject))
	w.WriteHeader(http.StatusNoContent)
}
