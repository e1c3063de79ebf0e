package cmd

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// errNotOwned comes back for a host that nobody said is theirs to test.
var errNotOwned = errors.New("a host that is not this machine")

// A probedURL is a service to ask, which is on this machine or the caller's own.
type probedURL struct {
	*url.URL
	owned bool // by its owner's word; else no other machine than this one is asked, whatever the name resolves to
}

// probed reads the URL of a service. Others than one's own are not to be probed by a slip, so a host elsewhere has to be
// named a second time.
func (e *env) probed(text, own string) (*probedURL, error) {
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return nil, usagef("leave out what stands before the @: probe brings its own tokens", "%q has a name or a password", u.Redacted())
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, usagef("write it as http://127.0.0.1:8080/protected", "%q is no URL of a service", text)
	}
	host := u.Hostname()
	switch {
	case own != "" && !strings.EqualFold(own, host):
		return nil, usagef("name the very host of the URL, without port", "--i-own-this names %q, and the URL %q", own, host)
	case own == "" && !isLoopback(host):
		return nil, fmt.Errorf("%w: %q", errNotOwned, host)
	case own != "" && u.Scheme == "http" && !isLoopback(host):
		e.warn("good tokens go over the network in the clear, and whoever reads them can use them until they expire")
	}
	return &probedURL{u, own != ""}, nil
}

// isLoopback tells whether a host is this machine to whoever asks.
func isLoopback(host string) bool {
	at, err := netip.ParseAddr(host)
	return err == nil && at.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// hold refuses to connect to another machine than may be asked. It sees the address that a name has come to mean.
func (u *probedURL) hold(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err == nil && !u.owned && !isLoopback(host) {
		err = fmt.Errorf("%w: %q is at %s", errNotOwned, u.Hostname(), host)
	}
	return err
}
