//go:build etcd && unix

package cmd

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// replayWindow is how long the parent of a refresh token gives its successor once more: for a reply that was lost.
const replayWindow = 10 * time.Second

// TestClusterRefreshes presents each refresh token to both nodes at once, several times: it has one successor, whoever is
// asked. Presented once more when the window for that is over, it ends the session on every node.
func TestClusterRefreshes(t *testing.T) {
	const groups, sessions, atOnce = 4, 8, 4 // few enough at once to be done within the window on a slow machine
	waves := 8
	if long() {
		waves = 320
	}
	c := newCluster(t)
	nodes := c.nodes()
	r := &refreshes{t: t, nodes: nodes}
	for i := range groups * sessions {
		r.opens(i)
	}
	for i := range waves {
		from := i % groups * sessions
		var all sync.WaitGroup
		for _, k := range r.sessions[from : from+sessions] {
			all.Go(func() { r.wave(k, atOnce) })
		}
		all.Wait()
	}
	<-time.After(replayWindow + time.Second)
	for i, k := range r.sessions {
		r.reuse(nodes[i%2], nodes[1-i%2], k)
	}
	kvtest.Figure(t, "A refresh token has one successor, whichever node of a cluster is asked, and ends its session when it is used again later",
		kvtest.Tried(r.asked, "refreshes"), kvtest.Tried(r.reused, "used again"),
		kvtest.Never(r.failed, "refused"), kvtest.Never(r.more, "second successors"),
		kvtest.Never(r.alive, "sessions that lived on"), kvtest.Never(c.sound(), "faults"))
	for _, d := range nodes {
		d.end()
	}
}

// refreshes counts what came of them.
type refreshes struct {
	t     testing.TB
	nodes [2]*daemon

	sessions []*rotated

	mu                                 sync.Mutex
	asked, failed, more, reused, alive int
}

// A rotated session has the tokens of the last refresh, and the refresh token that was used up for them.
type rotated struct {
	newest grant
	parent string
}

// opens registers somebody on one node and logs in on the other.
func (r *refreshes) opens(i int) {
	r.t.Helper()
	name := fmt.Sprint("ada", i)
	if err := r.nodes[i%2].registers(name); err != nil {
		r.t.Fatal(err)
	}
	g, err := r.nodes[1-i%2].logsIn(name)
	if err != nil {
		r.t.Fatal(err)
	}
	r.sessions = append(r.sessions, &rotated{newest: g})
}

// wave presents the token of a session many times at once, and goes on with its successor.
func (r *refreshes) wave(k *rotated, atOnce int) {
	got := make(chan grant, atOnce)
	for i := range atOnce {
		go func() {
			g, err := r.nodes[i%2].renews(k.newest.Refresh)
			if err != nil {
				r.t.Error(err)
			}
			got <- g
		}()
	}
	successors := map[string]grant{}
	failed := 0
	for range atOnce {
		if g := <-got; g.Refresh == "" {
			failed++
		} else {
			successors[g.Refresh] = g
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked, r.failed = r.asked+atOnce, r.failed+failed
	r.more += max(0, len(successors)-1)
	used := k.newest.Refresh
	for _, g := range successors {
		k.parent, k.newest = used, g
	}
}

// reuse presents what was used up for the newest token, which has to be refused, and so has what was good until then.
func (r *refreshes) reuse(here, there *daemon, k *rotated) {
	r.reused++
	if got := there.status(k.newest.Access); got != http.StatusOK {
		r.t.Errorf("before that its access token was answered %d", got)
		r.failed++
	}
	if _, err := here.renews(k.parent); !unauthorized(err) {
		r.t.Errorf("used again: %v", err)
		r.alive++
	}
	if _, err := there.renews(k.newest.Refresh); !unauthorized(err) {
		r.t.Errorf("the newest token after that: %v", err)
		r.alive++
	}
	there.becomes("its access token", k.newest.Access, http.StatusUnauthorized)
}

// unauthorized tells whether a server has said that something is not good.
func unauthorized(err error) bool {
	bad, ok := err.(*badAnswer)
	return ok && bad.status == http.StatusUnauthorized
}
