//go:build unix

package cmd

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// readmeBlock is the block of README in a language that has a word in it.
func readmeBlock(t *testing.T, language, word string) string {
	t.Helper()
	for _, block := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)```").FindAllStringSubmatch(readme(t), -1) {
		if strings.Contains(block[1], word) {
			return block[1]
		}
	}
	t.Fatalf("README has no block of %s with %s in it", language, word)
	return ""
}

// replaced puts others in the place of what a text has, all of which it must have.
func replaced(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("README lacks %q", pairs[i])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// front starts HAProxy with README's configuration before two nodes at these addresses, host:port, and returns it as if it were a
// node.
func (h home) front(t *testing.T, node1, node2 string) *daemon {
	t.Helper()
	s := httptest.NewTLSServer(nil) // which has a certificate, and a client that knows it
	s.Close()
	pair, d := s.TLS.Certificates[0], &daemon{home: h, url: "https://127.0.0.1:" + newPort(t), client: s.Client()}
	d.client.Timeout = time.Minute
	d.client.Transport.(*http.Transport).DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(elsewhereAddr())}}).DialContext
	t.Cleanup(d.client.CloseIdleConnections)
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	h.write("front.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))+
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	h.write("haproxy.cfg", replaced(t, readmeBlock(t, "haproxy", "backend nodes"), ":443", strings.TrimPrefix(d.url, "https://"),
		"/etc/haproxy/id.example.pem", h.path("front.pem"), "10.0.0.21:8080", node1, "10.0.0.22:8080", node2))
	c := exec.Command("haproxy", "-db", "-f", "haproxy.cfg")
	c.Dir = h.dir
	background(t, c, h.path("haproxy.log"), func(error) {})
	return d
}

// elsewhereAddr is an address of this machine that is not that of HAProxy, where there is one.
func elsewhereAddr() string {
	if runtime.GOOS == "linux" {
		return "127.0.0.2"
	}
	return "127.0.0.1"
}
