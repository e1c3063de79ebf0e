package server

import (
	"net"
	"net/netip"

	"jotkit/cmd/authority"
)

// usualConnections is how many connections there may be at once where the system allows it.
const usualConnections = 4096

// A sharing listener lets nobody hold more than a share of the connections: further ones from there are closed at once,
// for those that wait would be everybody's. The proxies and this machine speak for many, and may hold all of them.
type sharing struct {
	net.Listener
	shares *authority.Shares
	exempt func(netip.Addr) bool
}

// shared gives a quarter of the connections to one address.
func (s *Server) shared(l net.Listener, connections int) net.Listener {
	return &sharing{l, authority.NewShares(max(connections/4, 1)), s.isProxy}
}

// Accept returns the next connection of somebody who has not got their share.
func (l *sharing) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := remote(c.RemoteAddr().String())
		if l.exempt(from) {
			return c, nil
		}
		if giveBack, ok := l.shares.Take(from); ok {
			return &sharedConn{c, giveBack}, nil
		}
		c.Close()
	}
}

// A sharedConn gives its place back when it is closed.
type sharedConn struct {
	net.Conn
	giveBack func()
}

func (c *sharedConn) Close() error {
	defer c.giveBack()
	return c.Conn.Close()
}
