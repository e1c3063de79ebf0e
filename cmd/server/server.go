package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token/bearer"
)

// realm names this server in challenges (RFC 9110 section 11.5).
const realm = "jotkit"

// A Server answers requests for a live authority. Its fields are not changed once it is in use.
type Server struct {
	Live *authority.Live
	Log  *slog.Logger
	// NoRegistration turns those away who want to register.
	NoRegistration bool
	// Proxies are the networks of the proxies whose word on where a request comes from is taken.
	Proxies []netip.Prefix
	// ProxiesOnly turns away who is neither on this machine nor a proxy: it is for plain HTTP on a network.
	ProxiesOnly bool
	// TLS is how to speak it; nil is plain HTTP.
	TLS *tls.Config
	// RotateEvery is how old the active key may become before Run rotates the keys; 0 leaves them alone.
	RotateEvery time.Duration
	// Metrics counts; nil does not.
	Metrics *Metrics
}

// Handler returns all that the server answers.
func (s *Server) Handler() http.Handler {
	var h http.Handler = s.routes()
	h = s.sameOrigin().Handler(h)
	if s.ProxiesOnly {
		h = s.onlyProxies(h)
	}
	h = s.upright(h)
	if s.Metrics != nil {
		h = s.Metrics.count(h)
	}
	return h
}

// upright goes on after a panic in a handler, which is a fault of the program and has to be seen.
func (s *Server) upright(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				s.Log.ErrorContext(r.Context(), "panic", "what", fmt.Sprint(p), "stack", string(debug.Stack()))
				s.fail(w, r, errors.New("panic"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// sameOrigin turns away what a page of another origin has made a browser send here.
func (s *Server) sameOrigin() *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &failure{status: http.StatusForbidden, Code: "access_denied", Words: "sent by a page of another origin"})
	}))
	return p
}

// routes is the table of all routes.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	allowed := map[string]string{} // the methods of each path
	handle := func(method, path string, h http.Handler) {
		mux.Handle(method+" "+path, h)
		allowed[path] = strings.Replace(method, "GET", "GET, HEAD", 1)
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
	handle("GET", "/.well-known/jwks.json", s.document(s.jwks))
	handle("GET", "/.well-known/oauth-authorization-server", s.document(s.metadata))
	handle("GET", "/.well-known/openid-configuration", s.document(s.metadata))

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
		if methods := allowed[r.URL.Path]; methods != "" {
			w.Header().Set("Allow", methods)
			f = &failure{status: http.StatusMethodNotAllowed, Code: "invalid_request", Words: "here it is " + methods}
		}
		s.fail(w, r, f)
	})
}

// guard lets requests with a good token and all these roles through.
func (s *Server) guard(roles ...string) bearer.Guard {
	return bearer.Guard{Verifier: s.Live, Roles: roles, Realm: realm, Refused: s.refused}
}
