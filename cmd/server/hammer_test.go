package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// A hammer sends one request again and again over connections that stay open. It does next to nothing beside, so that
// what is measured is the server.
type hammer struct {
	conns   []net.Conn
	request []byte
	length  int    // of an answer, which is always the same
	body    []byte // of each answer, which comes last
	waits   [][]time.Duration
}

// newHammer asks for /protected at an address, with a token.
func newHammer(b *testing.B, addr, raw string, conns int) *hammer {
	b.Helper()
	h := &hammer{request: fmt.Appendf(nil, "GET /protected HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", raw)}
	for range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		h.conns = append(h.conns, c)
	}
	h.waits = make([][]time.Duration, conns)
	h.measure(b)
	return h
}

// measure learns from one answer how long they are.
func (h *hammer) measure(b *testing.B) {
	b.Helper()
	if _, err := h.conns[0].Write(h.request); err != nil {
		b.Fatal(err)
	}
	var all bytes.Buffer
	answer, err := http.ReadResponse(bufio.NewReader(io.TeeReader(h.conns[0], &all)), nil)
	if err != nil {
		b.Fatal(err)
	}
	h.body, err = io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || len(h.body) == 0 {
		b.Fatalf("%q, %v", all.String(), err)
	}
	h.length = all.Len()
}

// hit sends so many requests, over all connections at once. Each has to be answered as the first was.
func (h *hammer) hit(b *testing.B, requests int) {
	var all sync.WaitGroup
	for i, c := range h.conns {
		all.Go(func() {
			answer, waits := make([]byte, h.length), h.waits[i][:0]
			for range requests / len(h.conns) {
				began := time.Now()
				c.Write(h.request)
				if _, err := io.ReadFull(c, answer); err != nil || !h.good(answer) {
					b.Errorf("%q, %v", answer, err)
					return
				}
				waits = append(waits, time.Since(began))
			}
			h.waits[i] = waits
		})
	}
	all.Wait()
}

func (h *hammer) good(answer []byte) bool {
	return string(answer[:12]) == "HTTP/1.1 200" && bytes.HasSuffix(answer, h.body)
}

// p99 is how long 99 of 100 requests of the last hit took at most, in microseconds.
func (h *hammer) p99() float64 {
	all := slices.Concat(h.waits...)
	slices.Sort(all)
	return float64(all[len(all)*99/100].Nanoseconds()) / 1000
}
