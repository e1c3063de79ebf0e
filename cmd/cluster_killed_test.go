//go:build etcd && unix

package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"jotkit/token/versus"
	"jotkit/userdb/kv/kvtest"
)

// TestClusterKilled kills the member of etcd that leads, has it hang, and kills a node, time after time, while people register,
// log in and have tokens revoked on both nodes.
func TestClusterKilled(t *testing.T) {
	rounds := 3
	if long() {
		rounds = 20
	}
	l, stop := newClusterLoad(t)
	var leaders, hung, nodes []time.Duration
	for i := range rounds {
		leaders = append(leaders, l.leaderDies())
		hung = append(hung, l.leaderHangs())
		nodes = append(nodes, l.nodeDies(l.nodes[i%2]))
	}
	stop()
	t.Logf("more was served within %s of the end of a leader, %s after one hung, and within %s of the end of a node",
		slices.Max(leaders), slices.Max(hung), slices.Max(nodes))
	l.everythingIsThere()
	kvtest.Figure(t, "What was acknowledged is there after kill -9 of the leader of etcd and of nodes, and no revoked token is good for longer than 2 s",
		kvtest.Tried(len(leaders), "leaders killed"), kvtest.Tried(len(hung), "that hung"), kvtest.Tried(len(nodes), "nodes killed"), kvtest.Tried(len(l.people), "registrations"),
		kvtest.Tried(len(l.grants), "logins"), kvtest.Tried(len(l.revoked), "revocations"), kvtest.Tried(l.checked, "revoked tokens presented meanwhile"),
		kvtest.Never(l.lost, "acknowledged changes lost"), kvtest.Never(l.late, "revoked tokens accepted"), kvtest.Never(l.sound(), "faults"))
	for _, d := range l.nodes {
		d.end()
	}
}

// BenchmarkClusterKilled measures how long it takes until more is served than was under way when the leader of etcd was killed, or
// one of the nodes.
func BenchmarkClusterKilled(b *testing.B) {
	l, stop := newClusterLoad(b)
	var leaders, hung, nodes []float64
	for i := 0; b.Loop(); i++ {
		leaders = append(leaders, float64(l.leaderDies().Milliseconds()))
		hung = append(hung, float64(l.leaderHangs().Milliseconds()))
		nodes = append(nodes, float64(l.nodeDies(l.nodes[i%2]).Milliseconds()))
	}
	stop()
	b.ReportMetric(0, "ns/op")
	const seconds = 5000 // "service again in seconds"
	versus.Figure(b, "until there is service again after the leader of etcd was killed", leaders, "ms", seconds)
	versus.Figure(b, "until there is service again after the leader of etcd hung", hung, "ms", 0)
	versus.Figure(b, "until there is service again after one of two nodes was killed", nodes, "ms", seconds)
}

// A clusterLoad is what people do on two nodes, and what of it was acknowledged.
type clusterLoad struct {
	*etcdCluster
	nodes [2]*daemon
	lives int // at once

	mu      sync.Mutex
	people  []string
	grants  []grant // whose access token was revoked, or was to be
	revoked []revoked
	checked int
	late    int
	lost    int
}

// A revoked token is that since then, at the latest.
type revoked struct {
	raw string
	at  time.Time
}

// newClusterLoad has people at work. stop returns when all of that has ended.
func newClusterLoad(tb testing.TB) (l *clusterLoad, stop func()) {
	tb.Helper()
	c := newCluster(tb)
	l = &clusterLoad{etcdCluster: c, nodes: c.nodes(), lives: 6}
	return l, l.begin()
}

// leaderDies kills the member that leads, and starts it again when there is service without it, which took so long.
func (l *clusterLoad) leaderDies() time.Duration {
	l.t.Helper()
	l.more()
	leader := l.members[l.members.Leader(l.t)]
	leader.Kill()
	took := l.more()
	if err := errors.Join(leader.Start(), leader.Ready()); err != nil {
		l.t.Fatal(err)
	}
	return took
}

// leaderHangs has the member that leads hang, until there is service without it, which took so long.
func (l *clusterLoad) leaderHangs() time.Duration {
	l.t.Helper()
	l.more()
	leader := l.members[l.members.Leader(l.t)]
	if err := leader.Hang(); err != nil {
		l.t.Fatal(err)
	}
	took := l.more()
	if err := errors.Join(leader.GoOn(), leader.Ready()); err != nil {
		l.t.Fatal(err)
	}
	return took
}

// nodeDies kills a node, and starts it again when there is service by the other, which took so long.
func (l *clusterLoad) nodeDies(d *daemon) time.Duration {
	l.t.Helper()
	l.more()
	d.kill()
	took := l.more()
	d.start()
	return took
}

// begin starts the load.
func (l *clusterLoad) begin() (stop func()) {
	var ends []func()
	for i := range l.lives {
		n := 0
		ends = append(ends, repeated(func() bool {
			n++
			l.life(l.nodes[i%2], fmt.Sprintf("p%d-%d", i, n))
			return true
		}))
	}
	for _, d := range l.nodes {
		ends = append(ends, repeated(func() bool { l.present(d); return true }))
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// life is a registration, a login and a revocation. What fails is given up: it may have happened or not.
func (l *clusterLoad) life(d *daemon, name string) {
	if d.registers(name) != nil {
		time.Sleep(10 * time.Millisecond) // as who tries again by hand: a node that is dead refuses many thousand times a second
		return
	}
	l.noted(func() { l.people = append(l.people, name) })
	g, err := d.logsIn(name)
	if err != nil {
		return
	}
	l.noted(func() { l.grants = append(l.grants, g) })
	if d.revokesItself(g.Access) == nil {
		l.noted(func() { l.revoked = append(l.revoked, revoked{g.Access, time.Now()}) })
	}
}

func (l *clusterLoad) noted(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

// present presents a token to a node that was revoked longer ago than the bound.
func (l *clusterLoad) present(d *daemon) {
	time.Sleep(5 * time.Millisecond) // else it would take all cores, and leave none to etcd
	raw := l.longRevoked()
	if raw == "" {
		return
	}
	got := d.status(raw)
	l.noted(func() {
		switch got {
		case http.StatusOK:
			l.t.Error("a revoked token is accepted")
			l.late++
		case http.StatusUnauthorized:
			l.checked++
		}
	})
}

// longRevoked is one of the hundred tokens that have been revoked for just about longer than the bound, or "".
func (l *clusterLoad) longRevoked() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, _ := slices.BinarySearchFunc(l.revoked, time.Now().Add(-staleBound), func(r revoked, t time.Time) int { return r.at.Compare(t) })
	if n == 0 {
		return ""
	}
	return l.revoked[max(0, n-1-rand.IntN(100))].raw
}

// more waits until more tokens were revoked than can have been under way, and returns how long that took.
func (l *clusterLoad) more() time.Duration {
	l.t.Helper()
	count := func() int { l.mu.Lock(); defer l.mu.Unlock(); return len(l.revoked) }
	before, began := count(), time.Now()
	until(l.t, "load", func() bool { return count() > before+l.lives })
	return time.Since(began)
}

// everythingIsThere looks for all that was acknowledged: people by a command, sessions and revocations on the nodes.
func (l *clusterLoad) everythingIsThere() {
	l.t.Helper()
	var users []struct{ Name string }
	if err := json.Unmarshal([]byte(l.run("users", "list", "--json")), &users); err != nil {
		l.t.Fatal(err)
	}
	there := map[string]bool{}
	for _, u := range users {
		there[u.Name] = true
	}
	for _, name := range l.people {
		if !there[name] {
			l.t.Errorf("%s is lost", name)
			l.lost++
		}
	}
	for i, g := range l.grants {
		if err := inTheEnd(func() error { _, err := l.nodes[i%2].renews(g.Refresh); return err }); err != nil {
			l.t.Errorf("a session is lost: %v", err)
			l.lost++
		}
	}
	for _, d := range l.nodes {
		for _, r := range l.revoked {
			if got := d.verdict(r.raw); got != http.StatusUnauthorized {
				l.t.Errorf("a revoked token is answered %d", got)
				l.lost++
			}
		}
	}
}
