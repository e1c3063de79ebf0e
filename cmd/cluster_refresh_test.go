//go:build etcd && unix

package cmd

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// replayWindow is how long the parent of a refresh token gives its successor once more: for a reply that was lost.
const replayWindow = 10 * time.Second

// Of these, as many are under way at once as a slow machine is done with within the window.
const (
	refreshSessions = 32
	refreshAtOnce   = 6 // of one token, half of them on each node
	refreshesInAll  = 10_000
)

// TestClusterRefreshes presents each refresh token to both nodes at once, several times, and so those of many sessions: a token
// has one successor, whoever is asked. Presented once more when the window for that is over, it ends the session on every node.
func TestClusterRefreshes(t *testing.T) {
	times := 1
	if long() {
		times = 5
	}
	c := newCluster(t)
	r := &refreshes{t: t, nodes: c.nodes()}
	for i := range refreshSessions {
		r.opens(i)
	}
	began := time.Now()
	var all sync.WaitGroup
	for _, k := range r.sessions {
		all.Go(func() {
			for range (refreshesInAll*times + refreshSessions*refreshAtOnce - 1) / (refreshSessions * refreshAtOnce) {
				r.wave(k)
			}
		})
	}
	all.Wait()
	slices.Sort(r.took)
	t.Logf("%d refreshes in %s; those of one token together took %s (half of them), %s (99 of 100), %s at most",
		r.asked, time.Since(began), r.took[len(r.took)/2], r.took[len(r.took)*99/100], r.took[len(r.took)-1])
	<-time.After(replayWindow + time.Second)
	for i, k := range r.sessions {
		r.reuse(r.nodes[i%2], r.nodes[1-i%2], k)
	}
	kvtest.Figure(t, "A refresh token has one successor, whichever node of a cluster is asked, and ends its session when it is used again later",
		kvtest.Tried(r.asked, "refreshes"), kvtest.Tried(r.tokens, "tokens presented on both nodes at once"), kvtest.Tried(r.reused, "used again"),
		kvtest.Never(r.failed, "refused"), kvtest.Never(r.more, "second successors"),
		kvtest.Never(r.alive, "sessions that lived on"), kvtest.Never(c.sound(), "faults"))
	for _, d := range r.nodes {
		d.end()
	}
}

// refreshes counts what came of them.
type refreshes struct {
	t     testing.TB
	nodes [2]*daemon

	sessions []*rotated

	mu                                         sync.Mutex
	asked, tokens, failed, more, reused, alive int
	took                                       []time.Duration // by token
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
func (r *refreshes) wave(k *rotated) {
	began := time.Now()
	got := make(chan grant, refreshAtOnce)
	for i := range refreshAtOnce {
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
	for range refreshAtOnce {
		if g := <-got; g.Refresh == "" {
			failed++
		} else {
			successors[g.Refresh] = g
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took = append(r.took, time.Since(began))
	r.asked, r.tokens, r.failed = r.asked+refreshAtOnce, r.tokens+1, r.failed+failed
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
