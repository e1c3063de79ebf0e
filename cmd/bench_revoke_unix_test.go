//go:build unix

package cmd

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"jotkit/token/versus"
)

// poundingRate is how many requests a second serve is asked for, where it can answer as many.
const (
	poundingRate = 50_000
	pounds       = 20 // of one connection between two looks at the clock
)

// BenchmarkRevokeUnderLoad revokes tokens by the command line, one after the other, while serve answers 50,000 requests a
// second or as many as it can: how long a command takes, from its start to its end. The request after each has to be refused.
func BenchmarkRevokeUnderLoad(b *testing.B) {
	d := newDaemon(builtHome(b))
	load := d.pound(d.mints("other", 1)[0], 16)
	var took []float64
	var tokens []string
	for b.Loop() {
		if len(tokens) == 0 {
			tokens = d.mints("ada", 200)
		}
		raw := tokens[0]
		tokens = tokens[1:]
		if got := d.status(raw); got != http.StatusOK {
			b.Fatalf("before it is revoked: %d", got)
		}
		c := d.command("revoke", raw)
		began := time.Now()
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("revoke: %v\n%s", err, out)
		}
		took = append(took, float64(time.Since(began).Microseconds())/1000)
		if got := d.status(raw); got != http.StatusUnauthorized {
			b.Fatalf("after it was revoked: %d", got)
		}
	}
	answered := load()
	d.end()
	b.ReportMetric(0, "ns/op")
	versus.Figure(b, "a revoke by the command line while serve answers", took, "ms", 10)
	versus.Figure(b, "requests that serve answers meanwhile", []float64{answered}, "1/s", 0)
}

// pound asks /protected over so many connections until stop, which returns how many requests a second were answered. Each
// has to be answered well.
func (d *daemon) pound(raw string, conns int) (stop func() float64) {
	d.t.Helper()
	request := fmt.Appendf(nil, "GET /protected HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", raw)
	var all sync.WaitGroup
	var ends atomic.Bool
	var answered atomic.Int64
	pace := rate.NewLimiter(poundingRate, poundingRate/100)
	began := time.Now()
	for range conns {
		c, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			d.t.Fatal(err)
		}
		all.Go(func() {
			defer c.Close()
			answer := make([]byte, 4096)
			for n := 1; !ends.Load(); n++ {
				if n%pounds == 0 {
					pace.WaitN(d.t.Context(), pounds)
				}
				c.Write(request)
				if !wholeAnswer(c, answer) {
					d.t.Errorf("/protected beside: %.200q", answer)
					return
				}
				answered.Add(1)
			}
		})
	}
	return func() float64 {
		ends.Store(true)
		all.Wait()
		return float64(answered.Load()) / time.Since(began).Seconds()
	}
}

// wholeAnswer reads an answer of /protected, and tells whether it is a good one.
func wholeAnswer(from io.Reader, answer []byte) bool {
	for n := 0; n < len(answer); {
		more, err := from.Read(answer[n:])
		if n += more; err != nil {
			return false
		}
		if bytes.HasSuffix(answer[:n], []byte("}\n")) {
			return bytes.HasPrefix(answer, []byte("HTTP/1.1 200 "))
		}
	}
	return false
}
