package remote

import (
	"cmp"
	"crypto/x509"
	"net/http"
	"net/url"
	"time"
)

// defaultTimeout is what everything together may take: finding the keys of an issuer is up to three requests.
const defaultTimeout = 10 * time.Second

// A Client says how keys are asked for. The zero Client goes to the host itself, trusts who the system trusts, and keeps
// nothing on disk. It may be copied.
type Client struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Proxy finds the proxy for a request, as http.ProxyFromEnvironment does; nil is none. Plain http goes through none.
	Proxy func(*http.Request) (*url.URL, error)
	// CacheDir is the directory for copies, made when there is something to keep; "" keeps none.
	CacheDir string
	// Offline uses copies, however old, and no network.
	Offline bool
	// Timeout is what everything together may take; 0 is ten seconds.
	Timeout time.Duration
	// Algorithm is for keys that name none; "" takes the customary one of each.
	Algorithm string

	rootCAs *x509.CertPool // who may vouch for a host, in tests; nil is who the system trusts
}

// JWKS is the source of the keys at a URL. Nothing is asked before the first key is. The error is ErrAddress.
func (c Client) JWKS(at string) (*Source, error) {
	u, err := address(at)
	if err != nil {
		return nil, err
	}
	return &Source{client: c, find: func(*visit) (*url.URL, error) { return u, nil }}, nil
}

// Issuer is the source of the keys of an issuer. Nothing is asked before the first key is. Whoever verifies with it has to
// expect the issuer in the tokens: this looks for keys alone. The error is ErrAddress.
func (c Client) Issuer(issuer string) (*Source, error) {
	u, err := issuerAddress(issuer)
	if err != nil {
		return nil, err
	}
	return &Source{client: c, find: func(v *visit) (*url.URL, error) { return v.discover(issuer, u) }}, nil
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Client) timeout() time.Duration { return cmp.Or(c.Timeout, defaultTimeout) }
