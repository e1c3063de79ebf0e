package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"jotkit/keyring"
)

// maxHeader bounds the header of an answer in bytes.
const maxHeader = 64 << 10

// newHTTP is a client for a few requests, whose connections end with them.
func (c *Client) newHTTP() *http.Client {
	return &http.Client{
		CheckRedirect: followed,
		Transport: &http.Transport{
			Proxy:                  c.proxy,
			DialContext:            dial,
			TLSClientConfig:        &tls.Config{RootCAs: c.rootCAs, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}

// proxy keeps plain http, which is for this machine alone, on it.
func (c *Client) proxy(r *http.Request) (*url.URL, error) {
	if c.Proxy == nil || r.URL.Scheme != "https" {
		return nil, nil
	}
	return c.Proxy(r)
}

// dial has localhost mean this machine, whatever a resolver makes of it (RFC 6761 section 6.3).
func dial(ctx context.Context, network, host string) (net.Conn, error) {
	var d net.Dialer
	name, port, err := net.SplitHostPort(host)
	if err != nil || !strings.EqualFold(name, "localhost") {
		return d.DialContext(ctx, network, host)
	}
	c, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return d.DialContext(ctx, network, net.JoinHostPort("::1", port))
	}
	return c, nil
}

// get asks for a document, bounded in length by keyring.MaxLength and in time by ctx.
func (v *visit) get(u *url.URL) (*document, error) {
	body, header, err := v.request(u)
	switch {
	case errors.Is(v.ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%w: %q: no whole answer within %v", ErrUnavailable, u, v.client.timeout())
	case err != nil:
		return nil, fmt.Errorf("%w: %q: %w", ErrUnavailable, u, err)
	}
	now := v.client.now().UTC()
	life, keep := lifetime(header, now)
	if u.Scheme == "http" { // a port of this machine, which may be somebody else's soon
		life = min(life, defaultLife)
	}
	return &document{URL: u.String(), Fetched: now, Until: now.Add(life), Body: body, asked: true, passing: !keep}, nil
}

func (v *visit) request(u *url.URL) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(v.ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept", "application/jwk-set+json, application/json")
	r.Header.Set("Accept-Encoding", "identity") // or a small answer could be a large one
	r.Header.Set("User-Agent", "jotkit")
	answer, err := v.http.Do(r)
	if err != nil {
		return nil, nil, bare(err)
	}
	defer answer.Body.Close() // with something left to read that ends the connection
	if answer.StatusCode != http.StatusOK {
		return nil, nil, statusError(answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, keyring.MaxLength+1))
	if err == nil && len(body) > keyring.MaxLength {
		err = fmt.Errorf("an answer of more than %d KiB", keyring.MaxLength>>10)
	}
	return body, answer.Header, err
}

// statusError is an answer that is none.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("status %d %s", int(e), http.StatusText(int(e)))
}

// bare takes the URL off an error that is about to be named anyway.
func bare(err error) error {
	var named *url.Error
	if errors.As(err, &named) {
		return named.Err
	}
	return err
}
