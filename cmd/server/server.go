package server

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/netip"

	"jotkit/cmd/authority"
	"jotkit/token/bearer"
)

// realm names this server in challenges (RFC 9110 section 11.5).
const realm = "jotkit"

// A Server answers requests for a live authority. Its fields are not changed once it is in use.
type Server struct {
	Live *authority.Live
	Log  *slog.Logger
	// Closed takes no registrations.
	Closed bool
	// Proxies are the networks of the proxies whose word on where a request comes from is taken.
	Proxies []netip.Prefix
	// Guarded tells that the listener takes plain HTTP from elsewhere than this machine, so that only proxies may come.
	Guarded bool
	// TLS is how to speak it; nil is plain HTTP.
	TLS *tls.Config
	// Metrics counts; nil does not.
	Metrics *Metrics
}

// Handler returns all that the server answers.
func (s *Server) Handler() http.Handler {
	var h http.Handler = s.routes()
	// A page of another origin may make a browser send forms here: not with the name of who sits before it.
	h = http.NewCrossOriginProtection().Handler(h)
	if s.Guarded {
		h = s.onlyProxies(h)
	}
	if s.Metrics != nil {
		h = s.Metrics.count(h)
	}
	return h
}

// routes is the table of all routes.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	allowed := map[string]string{} // the method of each path
	handle := func(method, path string, h http.Handler) {
		mux.Handle(method+" "+path, h)
		allowed[path] = method
	}
	post := func(path string, do func(*http.Request, params) (*reply, error)) { handle("POST", path, s.form(do)) }
	get := func(path string, do func(*http.Request) (*reply, error)) { handle("GET", path, s.plain(do)) }

	post("/register", s.register)
	post("/login", s.login)
	post("/refresh", s.refresh)
	post("/logout", s.logout)

	handle("GET", "/protected", s.guard().Protect(http.HandlerFunc(protected)))
	handle("GET", "/admin", s.guard("admin").Protect(http.HandlerFunc(admin)))
	handle("GET", "/auth", http.HandlerFunc(s.auth))

	post("/introspect", s.introspect)
	post("/revoke", s.revoke)
	get("/.well-known/jwks.json", s.jwks)
	get("/.well-known/oauth-authorization-server", s.metadata)
	get("/.well-known/openid-configuration", s.metadata)

	get("/healthz", s.healthz)
	get("/readyz", s.readyz)
	if s.Metrics != nil {
		handle("GET", "/metrics", http.HandlerFunc(s.Metrics.write))
	}
	pageRoutes(mux)
	mux.Handle("/", s.elsewhere(allowed))
	return mux
}

// elsewhere answers what is no route: 404, and 405 for a path that wants another method.
func (s *Server) elsewhere(allowed map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := &failure{status: http.StatusNotFound, Code: "not_found", Words: "there is nothing here"}
		if method := allowed[r.URL.Path]; method != "" {
			w.Header().Set("Allow", method)
			f = &failure{status: http.StatusMethodNotAllowed, Code: "invalid_request", Words: "this wants the method " + method}
		}
		s.fail(w, r, f)
	})
}

// guard lets requests with a good token and all these roles through.
func (s *Server) guard(roles ...string) bearer.Guard {
	return bearer.Guard{Verifier: s.Live, Roles: roles, Realm: realm, Refused: s.refusedToken}
}
