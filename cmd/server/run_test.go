package server_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/server"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// run runs the server of a world on a port of its own, until stop, which returns what Run returned.
func (w *world) run(t *testing.T) (addr string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.server.Run(ctx, l) }()
	t.Cleanup(cancel)
	return l.Addr().String(), func() error { cancel(); return <-done }
}

// TestStopsGracefully: what is under way is answered, what comes later is not taken, and Run ends with nil.
func TestStopsGracefully(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	addr, stop := w.run(t)
	const body = "username=ada&password=correct+horse+battery+staple"
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n"+
		"Expect: 100-continue\r\n\r\n", len(body))
	if got, err := readStatus(c); err != nil || !strings.Contains(got, "100 Continue") { // so it is under way
		t.Fatalf("%q, %v", got, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for range 1000 { // until nobody listens any more
		probe, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		probe.Close()
		time.Sleep(time.Millisecond)
	}
	fmt.Fprint(c, body)
	if got, err := readStatus(c); err != nil || !strings.Contains(got, "200 OK") {
		t.Errorf("what was under way: %q, %v", got, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func readStatus(c net.Conn) (string, error) {
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	b := make([]byte, 4096)
	n, err := c.Read(b)
	return string(b[:n]), err
}

// TestStopsAnyway: neither a caller who never ends nor a store that is gone keeps the server from ending well.
func TestStopsAnyway(t *testing.T) {
	t.Parallel()
	w := start(t)
	addr, stop := w.run(t)
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if _, err := readStatus(c); err != nil {
		t.Fatal(err)
	}
	w.server.Live.TurnedAway("login") // something to write down at the end
	if err := stop(); err != nil {
		t.Errorf("beside a request without end: %v", err)
	}
	lines := 0
	if _, err := w.Audit(t.Context(), audit.Filter{Event: "login"}, func(audit.Line) error { lines++; return nil }); err != nil || lines != 1 {
		t.Errorf("%d lines of what was turned away, %v", lines, err)
	}

	w = start(t)
	_, stop = w.run(t)
	w.server.Live.TurnedAway("login")
	w.store.fail(kv.ErrNoStore)
	if err := stop(); err != nil {
		t.Errorf("without a store: %v", err)
	}
}

// writePair writes a certificate for a host and its key.
func writePair(t *testing.T, dir, host string) (certFile, keyFile string) {
	t.Helper()
	pair, _, err := server.SelfSigned(host, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, certFile, "CERTIFICATE", pair.Certificate[0])
	writePEM(t, keyFile, "PRIVATE KEY", key)
	return certFile, keyFile
}

// writePEM puts a file in the place of another, as a renewal does.
func writePEM(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// TestCertificate: a certificate that was renewed is taken without a restart, and a broken one leaves the old.
func TestCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := writePair(t, dir, "one.example")
	changes := make(chan error, 10)
	c := &server.Certificate{CertFile: certFile, KeyFile: keyFile, Changed: func(err error) { changes <- err }}
	if err := c.Load(); err != nil {
		t.Fatal(err)
	}
	name := func() string {
		got, err := c.Get(nil)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(got.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return cert.DNSNames[len(cert.DNSNames)-1]
	}
	// becomes asks until a change was noticed: some file systems have times that are whole seconds.
	becomes := func(what, want string, good bool) {
		t.Helper()
		for range 500 {
			name()
			select {
			case err := <-changes:
				if (err == nil) != good {
					t.Errorf("%s: %v", what, err)
				}
				if got := name(); got != want {
					t.Errorf("%s: the certificate is for %q, want %q", what, got, want)
				}
				return
			default:
				time.Sleep(10 * time.Millisecond)
			}
		}
		t.Errorf("%s: not noticed", what)
	}
	if got := name(); got != "one.example" {
		t.Errorf("at first: %q", got)
	}
	writePair(t, dir, "renewed.example")
	becomes("renewed", "renewed.example", true)
	writePEM(t, certFile, "CERTIFICATE", []byte("nonsense"))
	becomes("broken", "renewed.example", false)
	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	becomes("gone", "renewed.example", false)
	writePair(t, dir, "again.example")
	becomes("put right", "again.example", true)
	if err := (&server.Certificate{CertFile: certFile, KeyFile: certFile}).Load(); err == nil {
		t.Error("no key, and no error")
	}
}

// TestSelfSigned: a certificate made just now is good for the host, and known by its fingerprint.
func TestSelfSigned(t *testing.T) {
	for host, names := range map[string][]string{
		"": {"localhost", "127.0.0.1", "::1"}, "box.example": {"localhost", "box.example", "127.0.0.1"}, "192.0.2.1": {"192.0.2.1", "localhost"},
	} {
		now := time.Now()
		pair, print, err := server.SelfSigned(host, now)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if err := cert.VerifyHostname(name); err != nil {
				t.Errorf("%q: %v", host, err)
			}
		}
		if len(print) != 64 || cert.NotAfter.Before(now.AddDate(0, 11, 0)) || cert.NotBefore.After(now) {
			t.Errorf("%q: %s, %v to %v", host, print, cert.NotBefore, cert.NotAfter)
		}
	}
	w := start(t)
	pair, _, err := server.SelfSigned("", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.server.TLS = &tls.Config{Certificates: []tls.Certificate{*pair}, NextProtos: []string{"h2", "http/1.1"}}
	addr, stop := w.run(t)
	roots := x509.NewCertPool()
	cert, _ := x509.ParseCertificate(pair.Certificate[0])
	roots.AddCert(cert)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	got, err := client.Get("https://" + addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if got.StatusCode != 200 || got.ProtoMajor != 2 {
		t.Errorf("over TLS: %d by HTTP/%d", got.StatusCode, got.ProtoMajor)
	}
	client.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestRotatesByItself: a key that has become too old is rotated when the server begins, and a young one is not.
func TestRotatesByItself(t *testing.T) {
	w := start(t, func(s *server.Server) { s.RotateEvery = time.Hour })
	active := func() string {
		t.Helper()
		known, err := w.server.Live.Known(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		k, err := known.Ring.Active()
		if err != nil {
			t.Fatal(err)
		}
		return k.ID()
	}
	// once runs the server until it has looked at the age of the key, which it does before anything else in the background.
	once := func(rotates bool) {
		t.Helper()
		was := active()
		_, stop := w.run(t)
		for range 200 {
			if active() != was {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if (active() != was) != rotates {
			t.Errorf("rotated: %v, want %v", active() != was, rotates)
		}
	}
	w.pass(59 * time.Minute)
	once(false)
	w.pass(time.Minute)
	once(true)
	once(false)
	if !strings.Contains(w.logged(), `"msg":"rotated"`) {
		t.Error("the log does not say so")
	}
}
