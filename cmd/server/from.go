package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"jotkit/cmd/authority"
)

// remote is who is at the other end of a connection, by its address and port: no address for what is none.
func remote(addrPort string) netip.Addr {
	at, _ := netip.ParseAddrPort(addrPort)
	return at.Addr().Unmap().WithZone("")
}

func (s *Server) isProxy(a netip.Addr) bool {
	return slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// from is where a request comes from. Of X-Forwarded-For the last address counts that is not a proxy of ours: what
// stands before it anyone may have written.
func (s *Server) from(r *http.Request) netip.Addr {
	at := remote(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.isProxy(at); i-- {
		hop, err := hopAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return at
		}
		at = hop
	}
	return at
}

// hopAddr reads one hop, with a port or without.
func hopAddr(s string) (netip.Addr, error) {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err
}

// acting is the authority on behalf of who sent a request.
func (s *Server) acting(r *http.Request) *authority.Authority {
	from := s.from(r)
	return s.Live.As(from.String()+"@http", from)
}

// onlyProxies turns away who would send a password or a token over a network in the clear.
func (s *Server) onlyProxies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at := remote(r.RemoteAddr); !at.IsLoopback() && !s.isProxy(at) {
			s.fail(w, r, &failure{status: http.StatusForbidden, Code: "access_denied",
				Words: "plain HTTP is for the proxy in front of this server"})
			return
		}
		next.ServeHTTP(w, r)
	})
}
