//go:build etcd && unix

package cmd

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// A cutNode is a node whose ways to all members go over links.
type cutNode struct {
	*daemon
	links []*link
}

func (c *etcdCluster) cutNode() *cutNode {
	c.t.Helper()
	n := &cutNode{}
	var addrs []string
	for _, m := range c.members {
		l := newLink(c.t, m.client)
		n.links, addrs = append(n.links, l), append(addrs, l.addr())
	}
	n.daemon = c.node(addrs...)
	return n
}

func (n *cutNode) become(s linkState) {
	for _, l := range n.links {
		l.become(s)
	}
}

// TestClusterCut cuts a node off from etcd, while tokens are revoked on the other. By the time its news are too old it gives no
// verdict, of no token; when the ways are open again it refuses all that was revoked, without being started again.
func TestClusterCut(t *testing.T) {
	cuts, each := 4, 25
	if long() {
		cuts, each = 20, 50
	}
	c := newCluster(t)
	n, other := c.cutNode(), c.node(c.members.clients()...)
	good := other.mints("ada", 1)[0]
	verdicts, missed, revoked := 0, 0, 0
	var back []time.Duration
	for i := range cuts {
		tokens := other.mints("ada", each)
		for _, raw := range tokens {
			n.becomes("before it is revoked", raw, http.StatusOK)
		}
		n.become([]linkState{broken, silent}[i%2])
		cutAt := time.Now()
		for _, raw := range tokens {
			if err := other.revokesItself(raw); err != nil {
				t.Fatal(err)
			}
			revoked++
		}
		if i%4 < 2 { // for good; else the news have not become too old when the ways open, or just about
			time.Sleep(time.Until(cutAt.Add(staleBound + 100*time.Millisecond))) // the bound itself is what is tried
			for _, raw := range slices.Concat(tokens, []string{good}) {
				if got := n.status(raw); got != http.StatusServiceUnavailable {
					t.Errorf("cut off for %s: /protected answers %d", time.Since(cutAt), got)
					verdicts++
				}
			}
		}
		n.become(whole)
		opened := time.Now()
		if i%4 >= 2 {
			time.Sleep(staleBound) // what it knows from before the cut is good enough until then
		}
		n.becomes("in touch again", good, http.StatusOK)
		if i%4 < 2 {
			back = append(back, time.Since(opened))
		}
		for _, raw := range tokens {
			if got := n.status(raw); got != http.StatusUnauthorized {
				t.Errorf("in touch again: a token that was revoked meanwhile is answered %d", got)
				missed++
			}
		}
	}
	slices.Sort(back)
	t.Logf("in touch again after %s at most, %s as a rule", back[len(back)-1], back[len(back)/2])
	kvtest.Figure(t, "A node that is cut off from etcd gives no verdict after 2 s, and hears of every revocation when it is back",
		kvtest.Tried(cuts, "cuts"), kvtest.Tried(revoked, "revocations meanwhile"), kvtest.Never(verdicts, "verdicts by old news"),
		kvtest.Never(missed, "missed"), kvtest.Never(c.sound(), "faults"))
	n.end()
	other.end()
}
