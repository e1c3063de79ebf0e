package cmd

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// errPlainHTTP comes back where tokens and passwords would go over a network in the clear.
var errPlainHTTP = errors.New("plain HTTP where others can listen in")

// check returns the address to answer at. Plain HTTP where others than this machine can reach it wants a proxy in front.
func (o serveOptions) check() (*net.TCPAddr, error) {
	at, err := net.ResolveTCPAddr("tcp", o.addr)
	if err != nil {
		return nil, usagef("say --addr HOST:PORT, such as 127.0.0.1:8080", "%v", err)
	}
	if !at.IP.IsLoopback() && !o.tls() && len(o.proxies) == 0 {
		return nil, fmt.Errorf("%w: %q is not of this machine alone", errPlainHTTP, o.addr)
	}
	return at, nil
}

func listen(at *net.TCPAddr) (net.Listener, error) {
	network := "tcp"
	if at.IP.To4() != nil {
		network = "tcp4" // 0.0.0.0 is not to mean IPv6 as well
	}
	l, err := net.ListenTCP(network, at)
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("another program answers at %q already", at)
		return nil, &hintedError{err, "stop it, or choose another place with --addr, such as 127.0.0.1:0 for any free port"}
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// placeOf is the URL at which the server answers.
func placeOf(l net.Listener, o serveOptions) string {
	scheme := "http"
	if o.tls() {
		scheme = "https"
	}
	return scheme + "://" + l.Addr().String()
}
