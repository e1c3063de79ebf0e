package remote

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"jotkit/keyring"
	"jotkit/token"
)

// wellKnown are the places of an issuer's metadata: OpenID Connect Discovery 1.0 section 4 puts it behind the path of the
// issuer, RFC 8414 section 3.1 before it.
func wellKnown(issuer *url.URL) []*url.URL {
	path := strings.TrimSuffix(issuer.EscapedPath(), "/")
	openid, oauth := *issuer, *issuer
	at := func(u *url.URL, escaped string) *url.URL {
		u.Path, _ = url.PathUnescape(escaped) // of what url.Parse took
		u.RawPath = escaped
		return u
	}
	return []*url.URL{
		at(&openid, path+"/.well-known/openid-configuration"),
		at(&oauth, "/.well-known/oauth-authorization-server"+path),
	}
}

// discover finds where the keys of an issuer are. The second place is asked where the first has no metadata: many servers
// know only one of them, and answer for the other with an error or a page.
func (v *visit) discover(issuer string, u *url.URL) (*url.URL, error) {
	places := wellKnown(u)
	var keys *url.URL
	read := func(body []byte) (err error) {
		keys, err = readMetadata(body, issuer, u)
		return err
	}
	for _, place := range places {
		if v.copyOf(place, read) != nil {
			return keys, nil
		}
	}
	if v.client.Offline {
		return nil, fmt.Errorf("%w: the metadata of %q", ErrNotKept, issuer)
	}
	_, err := v.fetch(places[0], read)
	if errors.As(err, new(statusError)) || errors.Is(err, errNoMetadata) {
		first := err
		if _, err = v.fetch(places[1], read); err != nil {
			err = fmt.Errorf("%w; and %w", first, err)
		}
	}
	return keys, err
}

// errNoMetadata is for an answer that is something else.
var errNoMetadata = errors.New("no metadata of an issuer")

// readMetadata finds the URL of the keys in the metadata of just this issuer: any other could have been put there by whoever
// may write a file on the same host (RFC 8414 section 3.3).
func readMetadata(body []byte, issuer string, asked *url.URL) (*url.URL, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return nil, fmt.Errorf("%w: %s", errNoMetadata, keyring.WhatItIs(body))
	}
	members, err := token.ParseObject(bytes.TrimSpace(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoMetadata, err)
	}
	says, at := members.Text("issuer"), members.Text("jwks_uri")
	switch {
	case says == "":
		return nil, fmt.Errorf("%w: JSON without \"issuer\"", errNoMetadata)
	case says != issuer:
		return nil, fmt.Errorf("%w: asked for %q, and the metadata is of %.200q", ErrIssuer, issuer, says)
	case at == "":
		return nil, errors.New("the metadata names no \"jwks_uri\"")
	}
	u, err := address(at)
	switch {
	case err != nil:
	case asked.Scheme == "https" && u.Scheme != "https":
		err = fmt.Errorf("%w: %q is not https, as its issuer is", ErrAddress, at)
	case loopback(u.Hostname()) && !loopback(asked.Hostname()): // or an issuer could have us ask what only we can reach
		err = fmt.Errorf("%w: %q is on this machine, and its issuer is not", ErrAddress, at)
	}
	if err != nil {
		return nil, fmt.Errorf("its \"jwks_uri\": %w", err)
	}
	return u, nil
}
