package remote

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// A visit is one round of asking: what it finds is from one moment, and within one limit of time.
type visit struct {
	client *Client
	http   *http.Client
	ctx    context.Context
	anew   bool // no copies, though they are fresh
}

// visit asks for the keys. anew goes past copies that are still fresh.
func (c *Client) visit(ctx context.Context, anew bool, find func(*visit) (*url.URL, error)) (*keySet, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	h := c.newHTTP()
	defer h.CloseIdleConnections()
	v := &visit{client: c, http: h, ctx: ctx, anew: anew}
	u, err := find(v)
	if err != nil {
		return nil, err
	}
	var keys *token.KeySet
	doc, err := v.document(u, func(body []byte) (err error) {
		keys, err = c.publicKeys(body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &keySet{keys: keys, from: doc}, nil
}

// publicKeys reads a set as it is published.
func (c *Client) publicKeys(body []byte) (*token.KeySet, error) {
	keys, err := keyring.ParseSet(body, keyring.ParseOptions{Algorithm: c.Algorithm, KeepUnnamed: true, Published: true})
	if err != nil {
		return nil, err
	}
	return token.NewKeySet(keys...)
}

// document is what is at a URL: a copy that may be used, or what the server says now. read reads it.
func (v *visit) document(u *url.URL, read func([]byte) error) (*document, error) {
	doc := v.copyOf(u, read)
	switch {
	case doc != nil:
		return doc, nil
	case v.client.Offline:
		return nil, fmt.Errorf("%w: %q", ErrNotKept, u)
	}
	return v.fetch(u, read)
}

// copyOf is the copy of what is at a URL, or nil where there is none that may be used.
func (v *visit) copyOf(u *url.URL, read func([]byte) error) *document {
	if v.anew {
		return nil
	}
	doc := v.client.recall(u, read)
	if doc == nil || !v.client.Offline && !doc.fresh(v.client.now()) {
		return nil
	}
	return doc
}

// fetch asks the server, and keeps what it says. What read refuses is never kept.
func (v *visit) fetch(u *url.URL, read func([]byte) error) (*document, error) {
	doc, err := v.get(u)
	if err != nil {
		return nil, v.orCopy(err, u, read)
	}
	if err := read(doc.Body); err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrUnavailable, u, err)
	}
	v.client.keep(doc)
	return doc, nil
}

// orCopy adds to the error that there is a copy past its time, which the person may choose to use.
func (v *visit) orCopy(err error, u *url.URL, read func([]byte) error) error {
	if old := v.client.recall(u, read); old != nil && !v.anew {
		return fmt.Errorf("%w; %w from %s", err, ErrKept, old.Fetched.Format(time.RFC3339))
	}
	return err
}
