package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
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

// BenchmarkProtected compares /protected with a handler that writes the same body and asks for nothing, over loopback, by
// requests a second. Both are asked in turn, in short stretches, so that what else the machine does is in both. Each token
// has been seen before, as with clients who keep theirs for its life.
func BenchmarkProtected(b *testing.B) {
	w := startOn(b, boltStore(b), func(s *server.Server) { s.Log = slog.New(slog.DiscardHandler) })
	w.register(b, "ada")
	raw := w.token(b, "ada")
	body := w.get(b, "/protected", bearer(raw)).text
	bare := listen(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, body)
	}))
	ours := run(b, w.server)
	request := fmt.Sprintf("GET /protected HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", raw)
	var ratios, rates []float64
	for b.Loop() {
		mine, other := rate(b, ours, request), rate(b, bare, request)
		ratios, rates = append(ratios, mine/other), append(rates, mine)
	}
	b.ReportMetric(median(ratios), "of-bare")
	b.ReportMetric(median(rates), "requests/s")
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// boltStore is a sealed store in a file, as serve has it.
func boltStore(b *testing.B) kv.Store {
	b.Helper()
	path, key := filepath.Join(b.TempDir(), "jotkit.db"), sealed.NewKey()
	if err := bolt.Create(b.Context(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		b.Fatal(err)
	}
	return sealed.New(bolt.New(path, bolt.Options{}), key)
}

// run runs a server with all its limits, and listen a handler with none.
func run(b *testing.B, s *server.Server) string {
	b.Helper()
	l := listener(b)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, l, 0) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return l.Addr().String()
}

func listen(b *testing.B, h http.Handler) string {
	b.Helper()
	l := listener(b)
	s := &http.Server{Handler: h}
	go s.Serve(l)
	b.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func listener(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// rate sends the same request again and again over a few connections, and returns how many were answered 200 in a second.
func rate(b *testing.B, addr, request string) float64 {
	b.Helper()
	const each = 1500
	var all sync.WaitGroup
	begin := time.Now()
	clients := 4 * runtime.GOMAXPROCS(0)
	for range clients {
		all.Go(func() {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			in := bufio.NewReader(c)
			for range each {
				io.WriteString(c, request)
				answer, err := http.ReadResponse(in, nil)
				if err != nil || answer.StatusCode != http.StatusOK {
					b.Error(answer, err)
					return
				}
				io.Copy(io.Discard, answer.Body)
			}
		})
	}
	all.Wait()
	return float64(clients*each) / time.Since(begin).Seconds()
}
