package server

import (
	"net/http"
	"strings"

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
// 401 or 403, and 503 when nobody can tell. Roles and scopes to ask for stand in the query, as role=admin&scope=read.
func (s *Server) auth(w http.ResponseWriter, r *http.Request) {
	guard := s.guard()
	if r.URL.RawQuery != "" {
		asked := r.URL.Query()
		guard.Roles, guard.Scopes = asked["role"], asked["scope"]
		for name := range asked {
			if name != "role" && name != "scope" { // a slip in the proxy's configuration must not open the door
				guard.Roles = append(guard.Roles, "")
			}
		}
	}
	c, good := guard.Claims(w, r)
	if !good {
		return
	}
	// For what stands behind the proxy. A subject may be any text, and a header may not.
	if plainText(c.Subject) {
		w.Header().Set("X-Auth-User", c.Subject)
	}
	if scopes := strings.Join(c.Scopes, " "); plainText(scopes) {
		w.Header().Set("X-Auth-Scope", scopes)
	}
	w.WriteHeader(http.StatusNoContent)
}

func plainText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
