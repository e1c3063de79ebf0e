package server

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"jotkit/cmd/authority"
)

// Metrics counts requests, for Prometheus (text format 0.0.4). Of a path that is no route nothing is kept but the number:
// strangers choose paths.
type Metrics struct {
	live *authority.Live
	// Lag is how old the news of the store are, where that is on other machines; else nil.
	Lag func() time.Duration

	mu       sync.Mutex
	requests map[outcome]uint64
	took     map[string]*histogram // by route
}

// An outcome is how requests to a route ended.
type outcome struct {
	route  string
	status int
}

// A histogram counts durations up to each of bounds, and all of them.
type histogram struct {
	upTo  [len(bounds)]uint64
	count uint64
	sum   time.Duration
}

var bounds = [...]time.Duration{
	time.Millisecond, 5 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond,
	2500 * time.Millisecond, 10 * time.Second,
}

// NewMetrics counts for a live authority.
func NewMetrics(live *authority.Live) *Metrics {
	return &Metrics{live: live, requests: map[outcome]uint64{}, took: map[string]*histogram{}}
}

// count counts what a handler answers, by route and status, and how long it takes.
func (m *Metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := m.live.Now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		m.add(outcome{cmp.Or(r.Pattern, "none"), seen.status}, m.live.Now().Sub(began))
	})
}

func (m *Metrics) add(o outcome, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[o]++
	h := m.took[o.route]
	if h == nil {
		h = &histogram{}
		m.took[o.route] = h
	}
	h.count++
	h.sum += d
	for i, bound := range bounds {
		if d <= bound {
			h.upTo[i]++
		}
	}
}

// write answers with the numbers.
func (m *Metrics) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(m.text())
}

// text is the numbers as they are now. Nothing is sent under the lock: a slow reader would hold up all requests.
func (m *Metrics) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# TYPE jotkit_logins_waiting gauge\njotkit_logins_waiting %d\n", m.live.Waiting())
	fmt.Fprintf(&b, "# TYPE jotkit_denied gauge\njotkit_denied %d\n", m.live.Denied())
	fmt.Fprintf(&b, "# TYPE jotkit_store_revision gauge\njotkit_store_revision %d\n", m.live.Seen().Revision)
	fmt.Fprintf(&b, "# TYPE jotkit_store_whole_reads_total counter\njotkit_store_whole_reads_total %d\n", m.live.WholeReads())
	if m.Lag != nil {
		fmt.Fprintf(&b, "# TYPE jotkit_store_lag_seconds gauge\njotkit_store_lag_seconds %.3f\n", m.Lag().Seconds())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b.WriteString("# TYPE jotkit_requests_total counter\n")
	for _, o := range slices.SortedFunc(maps.Keys(m.requests), outcome.compare) {
		fmt.Fprintf(&b, "jotkit_requests_total{route=%q,status=\"%d\"} %d\n", o.route, o.status, m.requests[o])
	}
	b.WriteString("# TYPE jotkit_request_seconds histogram\n")
	for _, route := range slices.Sorted(maps.Keys(m.took)) {
		m.took[route].write(&b, route)
	}
	return b.Bytes()
}

func (o outcome) compare(p outcome) int {
	return cmp.Or(cmp.Compare(o.route, p.route), cmp.Compare(o.status, p.status))
}

func (h *histogram) write(w io.Writer, route string) {
	bucket := func(upTo string, n uint64) {
		fmt.Fprintf(w, "jotkit_request_seconds_bucket{route=%q,le=%q} %d\n", route, upTo, n)
	}
	for i, bound := range bounds {
		bucket(strconv.FormatFloat(bound.Seconds(), 'g', -1, 64), h.upTo[i])
	}
	bucket("+Inf", h.count)
	fmt.Fprintf(w, "jotkit_request_seconds_sum{route=%q} %g\n", route, h.sum.Seconds())
	fmt.Fprintf(w, "jotkit_request_seconds_count{route=%q} %d\n", route, h.count)
}

// A statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer inside.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
