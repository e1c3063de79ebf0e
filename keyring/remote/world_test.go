package remote

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// An origin is a server of documents that counts what it is asked for.
type origin struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]http.HandlerFunc
	asked map[string]int
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{pages: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	o.Server = httptest.NewTLSServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	page := o.pages[r.URL.EscapedPath()]
	o.asked[r.URL.EscapedPath()]++
	o.mu.Unlock()
	if page == nil {
		http.NotFound(w, r)
		return
	}
	page(w, r)
}

func (o *origin) handle(path string, page http.HandlerFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pages[path] = page
}

// show puts a document at a path, with a Cache-Control header where that is not "".
func (o *origin) show(path, body, cacheControl string) {
	o.handle(path, func(w http.ResponseWriter, _ *http.Request) {
		if cacheControl != "" {
			w.Header().Set("Cache-Control", cacheControl)
		}
		fmt.Fprint(w, body)
	})
}

func (o *origin) count(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[path]
}

// client trusts the origin, and has a clock that the test moves and a directory of its own.
func (o *origin) client(t *testing.T) (Client, *clock) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(o.Certificate())
	c := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return Client{Now: c.Now, rootCAs: pool, CacheDir: t.TempDir()}, c
}

// A clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newKey(t *testing.T, kid string) *token.Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := token.NewKey(kid, "ES256", private)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// setOf is the public set of new keys with these ids.
func setOf(t *testing.T, kids ...string) string {
	t.Helper()
	var keys []*token.Key
	for _, kid := range kids {
		keys = append(keys, newKey(t, kid))
	}
	set, err := keyring.MarshalJWKS(keys, false)
	if err != nil {
		t.Fatal(err)
	}
	return string(set)
}

// source is the source of the keys at a path of the origin.
func (o *origin) source(t *testing.T, c Client, path string) *Source {
	t.Helper()
	s, err := c.JWKS(o.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantKey asks for a kid, and wants the origin to have been asked so often by then.
func (o *origin) wantKey(t *testing.T, s *Source, kid string, want error, asked int) {
	t.Helper()
	k, err := s.Key(context.Background(), kid)
	if !errors.Is(err, want) || (err == nil) != (k != nil) || want != token.ErrUnknownKey && errors.Is(err, token.ErrUnknownKey) {
		t.Errorf("kid %q: %v, %v; want %v", kid, k, err, want)
	}
	if n := o.count("/jwks"); n != asked {
		t.Errorf("kid %q: asked %d times, want %d", kid, n, asked)
	}
}

func wantNoCopy(t *testing.T, c Client) {
	t.Helper()
	if left, err := os.ReadDir(c.CacheDir); err != nil || len(left) != 0 {
		t.Errorf("kept: %v, %v", left, err)
	}
}
