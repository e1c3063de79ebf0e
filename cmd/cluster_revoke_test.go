//go:build etcd && unix

package cmd

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"jotkit/token/versus"
	"jotkit/userdb/kv/kvtest"
)

// staleBound is how old what a node judges by may be at most.
const staleBound = 2 * time.Second

// A lateness is how long after a revoke was answered the token was still accepted elsewhere.
type lateness struct {
	nodes  [2]*daemon
	tokens []string
	trials int
	took   []time.Duration // from the answer to the revoke until the first refusal on the other node
	late   int             // tokens still accepted when the bound was over
}

// trial revokes a token: on a node by turns, and every fifth by a command. The other node has accepted it before.
func (l *lateness) trial(c *etcdCluster) {
	c.t.Helper()
	here, there := l.nodes[l.trials%2], l.nodes[1-l.trials%2]
	if len(l.tokens) == 0 {
		l.tokens = here.mints("ada", 200)
	}
	raw := l.tokens[0]
	l.tokens = l.tokens[1:]
	if got := there.status(raw); got != http.StatusOK {
		c.t.Fatalf("before it was revoked: %d", got)
	}
	if l.trials++; l.trials%5 == 0 {
		here.run("revoke", raw)
	} else if err := here.revokesItself(raw); err != nil {
		c.t.Fatal(err)
	}
	began := time.Now()
	for {
		asked, got := time.Since(began), there.status(raw)
		switch {
		case got == http.StatusUnauthorized:
			l.took = append(l.took, time.Since(began))
			return
		case got != http.StatusOK:
			c.t.Fatalf("after it was revoked: %d", got)
		case asked > staleBound:
			c.t.Errorf("accepted %s after it was revoked", asked)
			l.late++
			return
		}
	}
}

// percentile is what so many percent of the trials took at most.
func (l *lateness) percentile(p int) time.Duration {
	if len(l.took) == 0 {
		return 0
	}
	slices.Sort(l.took)
	return l.took[(len(l.took)*p+99)/100-1]
}

// TestClusterRevoke revokes on one node and by commands, and asks the other.
func TestClusterRevoke(t *testing.T) {
	trials := 100
	if long() {
		trials = 1000
	}
	c := newCluster(t)
	l := &lateness{nodes: c.nodes()}
	for range trials {
		l.trial(c)
	}
	t.Logf("refused on the other node after %s (p50), %s (p99), %s at most", l.percentile(50), l.percentile(99), l.percentile(100))
	kvtest.Figure(t, "What was revoked on one node is refused on every other within 2 s",
		kvtest.Tried(l.trials, "revocations"), kvtest.Never(l.late, "accepted later"), kvtest.Never(c.sound(), "faults"))
	for _, d := range l.nodes {
		d.end()
	}
}

// BenchmarkClusterRevoke measures how long after the answer to a revoke another node accepts the token.
func BenchmarkClusterRevoke(b *testing.B) {
	c := newCluster(b)
	l := &lateness{nodes: c.nodes()}
	for b.Loop() {
		for range 20 {
			l.trial(c)
		}
	}
	b.ReportMetric(0, "ns/op")
	ms := func(p int) []float64 { return []float64{float64(l.percentile(p).Microseconds()) / 1000} }
	versus.Figure(b, "until a revoke on one node is honoured by another, p50", ms(50), "ms", 0)
	versus.Figure(b, "until a revoke on one node is honoured by another, p99", ms(99), "ms", 200)
}
