package server_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"

	"jotkit/cmd/server"
)

// A queue of connections is a listener that hands them out.
type queue chan net.Conn

func (q queue) Accept() (net.Conn, error) {
	c, more := <-q
	if !more {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (q queue) Close() error   { return nil }
func (q queue) Addr() net.Addr { return &net.TCPAddr{} }

// A dialled connection comes from where the test says.
type dialled struct {
	net.Conn
	from net.Addr
}

func (d dialled) RemoteAddr() net.Addr { return d.from }

// Of 8 connections one address has 2, and the network of an IPv6 customer is one address.
func TestConnectionsOfOneAddress(t *testing.T) {
	q := make(queue, 16)
	s := &server.Server{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	l := server.Shared(s, q, 8)
	dial := func(from string) net.Conn {
		ours, theirs := net.Pipe()
		q <- dialled{theirs, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from))}
		return ours
	}
	accept := func() net.Conn {
		t.Helper()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, from := range []string{"203.0.113.9:1", "203.0.113.9:2", "[2001:db8::1]:1", "[2001:db8::2]:1"} {
		dial(from)
	}
	first := accept()
	for range 3 {
		accept()
	}
	over := []net.Conn{dial("203.0.113.9:3"), dial("[2001:db8::3]:1")}
	for _, from := range []string{"10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"} {
		dial(from)
	}
	for range 6 {
		if got := accept().RemoteAddr().String(); got[:3] != "10." && got[:4] != "127." {
			t.Errorf("a third one of %s", got)
		}
	}
	for _, c := range over {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("one too many was not closed: %v", err)
		}
	}
	first.Close()
	first.Close() // as net/http may
	dial("203.0.113.9:4")
	dial("203.0.113.9:5")
	accept()
	close(q)
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a place was given back twice: %v", err)
	}
}
