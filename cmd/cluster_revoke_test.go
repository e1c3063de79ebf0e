//go:build etcd && unix

package cmd

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"jotkit/token/versus"
	"jotkit/userdb/kv/kvtest"
)

// staleBound is how old what a node judges by may be at most.
const staleBound = 2 * time.Second

// revokeTrials is how often it is measured how soon a revoke is honoured elsewhere.
func revokeTrials() int {
	if testing.Short() {
		return 100
	}
	return 1000
}

// A lateness is how long after a revoke was answered the token was still accepted elsewhere.
type lateness struct {
	*etcdCluster
	nodes [2]*daemon

	mu     sync.Mutex
	trials int
	took   []time.Duration // from the answer to the revoke until the first refusal on the other node
	late   int             // tokens still accepted when the bound was over
}

// newLateness has tokens to measure with.
func newLateness(tb testing.TB) *lateness {
	tb.Helper()
	c := newCluster(tb)
	return &lateness{etcdCluster: c, nodes: c.nodes()}
}

// measure does so many trials, two at a time: there is somebody else who revokes, and the machine is not used up by it.
func (l *lateness) measure(trials int) {
	l.t.Helper()
	const atOnce = 2
	for _, err := range atOnceEach(l.nodes[0].mints("ada", trials), atOnce, l.trial) {
		l.t.Error(err)
	}
}

// trial revokes a token: on a node by turns, and every tenth by a command. The other node has accepted it before.
func (l *lateness) trial(raw string) error {
	l.mu.Lock()
	l.trials++
	n := l.trials
	l.mu.Unlock()
	here, there := l.nodes[n%2], l.nodes[1-n%2]
	there.becomes("before it was revoked", raw, http.StatusOK)
	if n%10 == 0 {
		if said, err := here.command("revoke", raw, "--wait", "1m").CombinedOutput(); err != nil {
			return fmt.Errorf("revoke: %v\n%s", err, said)
		}
	} else if err := here.revokesInTheEnd(raw); err != nil {
		return err
	}
	began := time.Now()
	for {
		asked, got := time.Since(began), there.status(raw)
		switch {
		case got == http.StatusUnauthorized:
			l.note(time.Since(began), false)
			return nil
		case got == http.StatusServiceUnavailable && asked < longest: // no verdict is no yes
		case got != http.StatusOK:
			return fmt.Errorf("after it was revoked: %d", got)
		case asked > staleBound:
			l.note(time.Since(began), true)
			return fmt.Errorf("accepted %s after it was revoked", asked)
		}
		time.Sleep(time.Millisecond) // else those who ask would take all cores, and leave none to etcd
	}
}

func (l *lateness) note(took time.Duration, late bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took)
	if late {
		l.late++
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
	l := newLateness(t)
	l.measure(revokeTrials())
	t.Logf("refused on the other node after %s (p50), %s (p99), %s at most", l.percentile(50), l.percentile(99), l.percentile(100))
	kvtest.Figure(t, "What was revoked on one node is refused on every other within 2 s",
		kvtest.Tried(l.trials, "revocations"), kvtest.Never(l.late, "accepted later"), kvtest.Never(l.sound(), "faults"))
	for _, d := range l.nodes {
		d.end()
	}
}

// BenchmarkClusterRevoke measures how long after the answer to a revoke another node accepts the token.
func BenchmarkClusterRevoke(b *testing.B) {
	l := newLateness(b)
	for b.Loop() {
		l.measure(revokeTrials())
	}
	b.ReportMetric(0, "ns/op")
	ms := func(p int) []float64 { return []float64{float64(l.percentile(p).Microseconds()) / 1000} }
	versus.Figure(b, "until a revoke on one node is honoured by another, p50", ms(50), "ms", 0)
	versus.Figure(b, "until a revoke on one node is honoured by another, p99", ms(99), "ms", 200)
}
