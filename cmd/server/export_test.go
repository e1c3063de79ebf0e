package server

import "net"

// PageRoutes serves the page alone, for tests that put something else behind it.
var PageRoutes = pageRoutes

// Shared is how Run shares its connections.
func Shared(s *Server, l net.Listener, connections int) net.Listener { return s.shared(l, connections) }
