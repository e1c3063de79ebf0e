package remote

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jotkit/token"
)

// Who waits may leave. That others wait for the same keys is not their concern, nor is it the others'.
func TestCallerLeaves(t *testing.T) {
	o := newOrigin(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	set := setOf(t, "a")
	o.handle("/jwks", func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		fmt.Fprint(w, set)
	})
	client, _ := o.client(t)
	s := o.source(t, client, "/jwks")
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() {
		_, err := s.Key(ctx, "a")
		left <- err
	}()
	<-asked
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Errorf("who left: %v", err)
	}
	close(answer)
	if _, err := s.Key(context.Background(), "a"); err != nil {
		t.Errorf("who stayed: %v", err)
	}
	if n := o.count("/jwks"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// A certificate that nobody vouches for, and one for another name.
func TestUntrustedServer(t *testing.T) {
	o := newOrigin(t)
	o.show("/jwks", setOf(t, "a"), "")
	client, _ := o.client(t)
	s, err := client.JWKS(strings.Replace(o.URL, "127.0.0.1", "localhost", 1) + "/jwks")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Key(context.Background(), "a"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another name: %v", err)
	}
	client.rootCAs = nil
	if _, err := o.source(t, client, "/jwks").Key(context.Background(), "a"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("nobody's: %v", err)
	}
	if n := o.count("/jwks"); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

// localhost is this machine, by either protocol, and no proxy hears of it.
func TestLocalhost(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Logf("%s: %v", at, err)
			continue
		}
		set := setOf(t, "a")
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, set)
		})}}
		s.Start()
		defer s.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		client := Client{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("the proxy was asked") }}
		source, err := client.JWKS("http://localhost:" + port + "/jwks")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source.Key(context.Background(), "a"); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// What goes over https goes through the proxy that was named.
func TestProxy(t *testing.T) {
	o := newOrigin(t)
	o.show("/jwks", setOf(t, "a"), "")
	client, _ := o.client(t)
	refused := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Method, http.StatusForbidden)
	}))
	defer refused.Close()
	client.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(refused.URL) }
	_, err := o.source(t, client, "/jwks").Key(context.Background(), "a")
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "Forbidden") {
		t.Errorf("through a proxy that refuses: %v", err)
	}
}

// An issuer from elsewhere cannot have this machine asked, over https either.
func TestIssuerFromElsewhere(t *testing.T) {
	o := newOrigin(t)
	o.show("/jwks", setOf(t, "a"), "")
	_, port, _ := net.SplitHostPort(o.Listener.Addr().String())
	elsewhere := "https://example.com:" + port // who the certificate is for, too
	client, _ := o.client(t)
	client.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.URL.Hostname() == "example.com" {
			return url.Parse(tunnel(t, o.Listener.Addr().String()))
		}
		return nil, nil
	}
	for host, want := range map[string]error{"example.com": nil, "127.0.0.1": ErrAddress, "LOCALHOST": ErrAddress, "[::ffff:127.0.0.1]": ErrAddress} {
		before := o.count("/jwks")
		o.show(openidPath, metadata(elsewhere, "https://"+host+":"+port+"/jwks"), "no-store")
		s, err := client.Issuer(elsewhere)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Key(t.Context(), "a"); !errors.Is(err, want) {
			t.Errorf("%s: %v", host, err)
		}
		if want != nil && o.count("/jwks") != before {
			t.Errorf("%s was asked", host)
		}
		client.CacheDir = t.TempDir()
	}
}

// tunnel is a proxy through which everything leads to one address.
func tunnel(t *testing.T, to string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		there, err := net.Dial("tcp", to)
		if err != nil {
			t.Error(err)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer here.Close()
		fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(there, here)
		io.Copy(here, there)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// The token's kid is nowhere in what a server is asked.
func TestKidStaysHere(t *testing.T) {
	o := newOrigin(t)
	seen := make(chan string, 10)
	o.handle("/jwks", func(w http.ResponseWriter, r *http.Request) {
		dump, _ := io.ReadAll(r.Body)
		seen <- fmt.Sprint(r.URL, r.Header, string(dump))
		fmt.Fprint(w, setOf(t, "a", "b"))
	})
	client, _ := o.client(t)
	const kid = "../../etc/passwd?x=1"
	if _, err := o.source(t, client, "/jwks").Key(context.Background(), kid); !errors.Is(err, token.ErrUnknownKey) {
		t.Error(err)
	}
	close(seen)
	for s := range seen {
		if strings.Contains(s, "passwd") || strings.Contains(s, base64.RawURLEncoding.EncodeToString([]byte(kid))) {
			t.Error(s)
		}
	}
}
