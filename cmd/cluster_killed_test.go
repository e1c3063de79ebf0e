//go:build etcd && unix

package cmd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// TestClusterKilled kills the member of etcd that leads, and a node, time after time, while people register, log in and have
// tokens revoked on both nodes.
func TestClusterKilled(t *testing.T) {
	rounds := 2
	if long() {
		rounds = 20
	}
	c := newCluster(t)
	l := &clusterLoad{etcdCluster: c, nodes: c.nodes()}
	stop := l.begin()
	var pauses []time.Duration
	for i := range rounds {
		l.more(8)
		leader := c.members.leader(t)
		leader.kill()
		pauses = append(pauses, l.more(8))
		leader.start()
		leader.ready()

		victim := l.nodes[i%2]
		victim.kill()
		pauses = append(pauses, l.more(8)) // the other one goes on
		victim.start()
		l.more(8)
	}
	stop()
	t.Logf("served again after %s at most, by who killed what: %s", slices.Max(pauses), pauses)
	l.everythingIsThere()
	kvtest.Figure(t, "What was acknowledged is there after kill -9 of the leader of etcd and of nodes, and no revoked token is good for longer than 2 s",
		kvtest.Tried(rounds, "leaders killed"), kvtest.Tried(rounds, "nodes killed"), kvtest.Tried(len(l.people), "registrations"),
		kvtest.Tried(len(l.grants), "logins"), kvtest.Tried(len(l.revoked), "revocations"), kvtest.Tried(l.checked, "revoked tokens presented meanwhile"),
		kvtest.Never(l.lost, "acknowledged changes lost"), kvtest.Never(l.late, "revoked tokens accepted"), kvtest.Never(c.sound(), "faults"))
	for _, d := range l.nodes {
		d.end()
	}
}

// A clusterLoad is what people do on two nodes, and what of it was acknowledged.
type clusterLoad struct {
	*etcdCluster
	nodes [2]*daemon

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

// begin starts the load. stop returns when all of it has ended.
func (l *clusterLoad) begin() (stop func()) {
	var ends []func()
	for i := range 6 {
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

// more waits until so many more tokens were revoked, and returns how long the first took.
func (l *clusterLoad) more(n int) (first time.Duration) {
	l.t.Helper()
	count := func() int { l.mu.Lock(); defer l.mu.Unlock(); return len(l.revoked) }
	before, began := count(), time.Now()
	until(l.t, "load", func() bool {
		now := count()
		if now > before && first == 0 {
			first = time.Since(began)
		}
		return now >= before+n
	})
	return first
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
		if _, err := l.nodes[i%2].renews(g.Refresh); err != nil {
			l.t.Errorf("a session is lost: %v", err)
			l.lost++
		}
	}
	for _, d := range l.nodes {
		for _, r := range l.revoked {
			if got := d.status(r.raw); got != http.StatusUnauthorized {
				l.t.Errorf("a revoked token is answered %d", got)
				l.lost++
			}
		}
	}
}
