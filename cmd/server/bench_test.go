package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"jotkit/cmd/server"
	"jotkit/token/versus"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// BenchmarkProtected asks /protected of a server as serve runs it, with the store in a file, beside a handler that writes
// the same body, and beside the service that this one replaces.
func BenchmarkProtected(b *testing.B) {
	w := startOn(b, boltStore(b), quiet, machineTime)
	ours := running(b, w)
	raw := w.token(b, "ada", "user")
	theirs := bare(b, w.get(b, "/protected", bearer(raw)).text)
	flask, flaskToken := flaskProtected(b)
	for _, conns := range []int{16, 256} {
		b.Run(fmt.Sprint("conns=", conns), func(b *testing.B) {
			const requests = 4096
			p := pounded{at: fmt.Sprintf("/protected at %d connections", conns)}
			race := versus.Race{Work: p.at, Ours: p.runner("serve", newHammer(b, ours, raw, conns), requests)}
			race.Against = append(race.Against, versus.Rival{
				Runner: p.runner("a bare handler", newHammer(b, theirs, raw, conns), requests), AtMost: 1 / 0.9})
			if flask != "" {
				race.Against = append(race.Against, versus.Rival{
					Runner: p.runner("flask-jwt-extended", newHammer(b, flask, flaskToken, conns), requests/8), AtMost: 1.0 / 12})
			}
			p.b = b
			race.Run(b)
			p.figures()
		})
	}
}

// pounded is who was asked for one thing, and how long it took the slowest answers but one of a hundred.
type pounded struct {
	b     *testing.B
	at    string
	names []string
	p99   [][]float64 // of each, in microseconds, by turn
}

func (p *pounded) runner(name string, h *hammer, requests int) versus.Runner {
	k := len(p.names)
	p.names, p.p99 = append(p.names, name), append(p.p99, nil)
	return versus.Runner{Name: name, Times: requests, Do: func(n int) {
		h.hit(p.b, n)
		p.p99[k] = append(p.p99[k], h.p99())
	}}
}

func (p *pounded) figures() {
	for k, name := range p.names {
		work := "p99 of " + p.at
		if k > 0 {
			work += ", " + name
		}
		versus.Figure(p.b, work, p.p99[k], "µs", 0)
	}
}

// running runs the server of a world as serve does, with all that bounds a connection, and returns its address.
func running(b *testing.B, w *world) string {
	b.Helper()
	l := loopback(b)
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- w.server.Run(ctx, l) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return l.Addr().String()
}

// bare serves a body and nothing else, with nothing that bounds a connection, and returns its address.
func bare(b *testing.B, body string) string {
	b.Helper()
	l := loopback(b)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, body)
	})}
	go s.Serve(l)
	b.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func loopback(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// quiet logs as serve does, to nowhere.
func quiet(s *server.Server) { s.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) }

// machineTime goes by the clock of the machine, as serve does.
func machineTime(s *server.Server) { s.Live.Now = time.Now }

// boltStore is a new sealed store in a file, with its secrets.
func boltStore(b *testing.B) kv.Store {
	b.Helper()
	path, key := filepath.Join(b.TempDir(), "jotkit.db"), sealed.NewKey()
	if err := bolt.Create(b.Context(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		b.Fatal(err)
	}
	return sealed.New(bolt.New(path, bolt.Options{}), key)
}
