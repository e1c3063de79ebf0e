package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"jotkit/cmd/authority"
)

// Metrics counts requests, in the text format of Prometheus. Of a path that is no route nothing is kept but the number:
// strangers choose paths.
type Metrics struct {
	set *metrics.Set
	now func() time.Time
}

// NewMetrics counts for a live authority.
func NewMetrics(live *authority.Live) *Metrics {
	m := &Metrics{metrics.NewSet(), live.Now}
	m.set.NewGauge("jotkit_logins_waiting", func() float64 { return float64(live.Limits.Gate.Waiting()) })
	m.set.NewGauge("jotkit_denied", func() float64 { return float64(live.Seen().Denied) })
	m.set.NewGauge("jotkit_store_revision", func() float64 { return float64(live.Seen().Revision) })
	return m
}

// write answers with the numbers.
func (m *Metrics) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// count counts what a handler answers, by route and status, and how long it takes.
func (m *Metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := m.now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		m.set.GetOrCreateCounter(fmt.Sprintf("jotkit_requests_total{route=%q,status=\"%d\"}", route, seen.status)).Inc()
		m.set.GetOrCreatePrometheusHistogram(fmt.Sprintf("jotkit_request_seconds{route=%q}", route)).Update(m.now().Sub(began).Seconds())
	})
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
