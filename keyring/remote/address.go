package remote

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxAddress bounds a URL in bytes.
const maxAddress = 2048

// address reads a URL that may be asked.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > maxAddress: // the error would show what may be a password
		return nil, fmt.Errorf("%w: no URL of at most %d bytes", ErrAddress, maxAddress)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Errorf("%w: %.40q is not https://HOST/…", ErrAddress, u.Redacted()) // it may be a token
	case u.User != nil:
		return nil, fmt.Errorf("%w: %q has a user name in it", ErrAddress, u.Redacted())
	case u.Fragment != "":
		return nil, fmt.Errorf("%w: %q has a fragment", ErrAddress, text)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%w: %q: keys that came over plain http could be anyone's", ErrAddress, text)
	}
	return u, nil
}

// issuerAddress reads an issuer, which has no query either (RFC 8414 section 2).
func issuerAddress(issuer string) (*url.URL, error) {
	u, err := address(issuer)
	if err == nil && (u.RawQuery != "" || u.ForceQuery) {
		return nil, fmt.Errorf("%w: the issuer %q has a query", ErrAddress, issuer)
	}
	return u, err
}

// loopback tells whether a host is this machine by its very name.
func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// maxRedirects is how many redirects are followed.
const maxRedirects = 3

// followed lets a redirect lead to the same place only: another host would be one that nobody named, and plain http one
// that anybody could be.
func followed(r *http.Request, via []*http.Request) error {
	switch {
	case !sameOrigin(r.URL, via[0].URL):
		return fmt.Errorf("a redirect to another host, %.200q, is not followed", r.URL.Scheme+"://"+r.URL.Host)
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	return nil
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	return cmp.Or(u.Port(), map[string]string{"https": "443", "http": "80"}[u.Scheme])
}
