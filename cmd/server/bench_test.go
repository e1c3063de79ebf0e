package server_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"jotkit/cmd/server"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// A hammer sends one request again and again over connections that stay open. It does next to nothing beside, so that
// what is measured is the server.
type hammer struct {
	conns   []net.Conn
	request []byte
	length  int // of an answer, which is always the same
}

func newHammer(b *testing.B, addr, raw string, conns int) *hammer {
	h := &hammer{request: fmt.Appendf(nil, "GET /protected HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", raw)}
	for range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		h.conns = append(h.conns, c)
	}
	answer := make([]byte, 4096)
	h.conns[0].Write(h.request)
	n, err := h.conns[0].Read(answer)
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 OK\r\n")) || !bytes.HasSuffix(answer[:n], []byte("}\n")) {
		b.Fatalf("%q, %v", answer[:n], err)
	}
	h.length = n
	return h
}

// hit sends so many requests over each connection at once, and returns how long all of it took. Each has to be 200.
func (h *hammer) hit(b *testing.B, times int) time.Duration {
	var all sync.WaitGroup
	began := time.Now()
	for _, c := range h.conns {
		all.Go(func() {
			answer := make([]byte, h.length)
			for range times {
				c.Write(h.request)
				if _, err := io.ReadFull(c, answer); err != nil || string(answer[:12]) != "HTTP/1.1 200" {
					b.Errorf("%q, %v", answer, err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// BenchmarkProtected asks /protected with the store in a file, in turn with a handler that writes the same body, and
// reports how many requests a second each answers, and the median of the ratios. Taking turns keeps what else the machine
// does out of the ratio.
func BenchmarkProtected(b *testing.B) {
	w := startOn(b, boltStore(b), quiet)
	raw := w.token(b, "ada", "user")
	body := []byte(w.get(b, "/protected", bearer(raw)).text)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	}))
	b.Cleanup(bare.Close)
	conns := 16 * runtime.GOMAXPROCS(0)
	ours, theirs := newHammer(b, w.url[len("http://"):], raw, conns), newHammer(b, bare.URL[len("http://"):], raw, conns)
	const times = 50
	ours.hit(b, times)
	theirs.hit(b, times)
	var ratios []float64
	var took, tookBare time.Duration
	for b.Loop() {
		first, second := theirs.hit(b, times), ours.hit(b, times)
		third, fourth := ours.hit(b, times), theirs.hit(b, times)
		took, tookBare = took+second+third, tookBare+first+fourth
		ratios = append(ratios, float64(first+fourth)/float64(second+third))
	}
	slices.Sort(ratios)
	requests := float64(2 * times * conns * len(ratios))
	b.ReportMetric(requests/took.Seconds(), "protected/s")
	b.ReportMetric(requests/tookBare.Seconds(), "bare/s")
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

// quiet logs as serve does, to nowhere.
func quiet(s *server.Server) { s.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) }

// boltStore is a new sealed store in a file, with its secrets.
func boltStore(b *testing.B) kv.Store {
	b.Helper()
	path, key := filepath.Join(b.TempDir(), "jotkit.db"), sealed.NewKey()
	if err := bolt.Create(b.Context(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		b.Fatal(err)
	}
	return sealed.New(bolt.New(path, bolt.Options{}), key)
}
