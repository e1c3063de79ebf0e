//go:build etcd && unix

package cmd

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"jotkit/userdb/kv/etcd/etcdtest"
	"jotkit/userdb/kv/kvtest"
)

// A cutNode is a node whose ways to all members go over links.
type cutNode struct {
	*daemon
	links []*etcdtest.Proxy
}

const cutWait = 4 * time.Second // after that it gives a request up

func (c *etcdCluster) cutNode() *cutNode {
	c.t.Helper()
	n := &cutNode{}
	var addrs []string
	for _, m := range c.members {
		l := etcdtest.NewProxy(c.t, m.Client)
		n.links, addrs = append(n.links, l), append(addrs, l.Addr())
	}
	n.daemon = c.node(addrs, "--wait", cutWait.String())
	return n
}

func (n *cutNode) become(s etcdtest.State) {
	for _, l := range n.links {
		l.Become(s)
	}
}

// A cut is how a node loses its ways, what is revoked on another one meanwhile, and for how long at least.
type cut struct {
	by     etcdtest.State
	tokens int
	lasts  time.Duration // 0 is until all are revoked
}

// cutOffs are those of a round: 1,000 revocations. The first lasts until the node has given up and said that it cannot read the
// store; in the last two, where few are revoked, its news do not become too old, or just about.
var cutOffs = []cut{
	{etcdtest.Broken, 450, cutWait + 2*time.Second}, {etcdtest.Silent, 450, staleBound + 100*time.Millisecond},
	{etcdtest.Broken, 50, 0}, {etcdtest.Silent, 50, 0},
}

// TestClusterCut cuts a node off from etcd, while tokens are revoked on the other. By the time its news are too old it gives no
// verdict, of no token; when the ways are open again it refuses all that was revoked, without being started again. It hears of
// that as it does of any revocation: it does not read the whole list for it.
func TestClusterCut(t *testing.T) {
	rounds := 1
	if long() {
		rounds = 5
	}
	c := newCluster(t)
	n, other := c.cutNode(), c.node(c.members.Clients())
	r := &cutting{t: t, n: n, other: other, good: other.mints("ada", 1)[0]}
	whole := n.wholeReads()
	for range rounds {
		for _, k := range cutOffs {
			r.cut(k)
		}
	}
	whole = n.wholeReads() - whole
	t.Logf("in touch again after %s at most", slices.Max(r.back))
	kvtest.Figure(t, "A node that is cut off from etcd gives no verdict after 2 s, and hears of every revocation when it is back, reading only what has changed",
		kvtest.Tried(rounds*len(cutOffs), "cuts"), kvtest.Tried(r.revoked, "revocations meanwhile"), kvtest.Tried(r.asked, "tokens presented while it was cut off"),
		kvtest.Never(r.verdicts, "verdicts by old news"), kvtest.Never(r.missed, "revocations missed"),
		kvtest.Never(whole, "times that the whole list was read"), kvtest.Never(c.sound(), "faults"))
	n.end()
	other.end()
}

// cutting counts what comes of cuts.
type cutting struct {
	t     testing.TB
	n     *cutNode
	other *daemon
	good  string // a token that nobody revokes

	revoked, missed int
	asked, verdicts int // while the news were too old
	back            []time.Duration
}

// cut cuts once, and looks at what is revoked before, meanwhile and after.
func (r *cutting) cut(k cut) {
	tokens := r.other.mints("ada", k.tokens)
	for _, raw := range tokens {
		r.n.becomes("before it is revoked", raw, http.StatusOK)
	}
	r.n.become(k.by)
	cutAt := time.Now()
	done := make(chan struct{})
	go func() { defer close(done); r.revoke(tokens) }()
	if k.lasts > 0 {
		time.Sleep(time.Until(cutAt.Add(staleBound + 100*time.Millisecond))) // the bound itself is what is tried
		r.noVerdicts(tokens)
	}
	<-done
	if k.lasts > 0 {
		time.Sleep(time.Until(cutAt.Add(k.lasts)))
		r.noVerdicts(tokens)
	}
	r.n.become(etcdtest.Whole)
	opened := time.Now()
	if k.lasts == 0 {
		time.Sleep(staleBound) // what it knows from before the cut is good enough until then
	}
	r.n.becomes("in touch again", r.good, http.StatusOK)
	if k.lasts > 0 {
		r.back = append(r.back, time.Since(opened))
	}
	r.refuses(tokens)
}

// revoke revokes all, some at a time.
func (r *cutting) revoke(tokens []string) {
	const atOnce = 8 // more get in the way of each other
	failed := atOnceEach(tokens, atOnce, r.other.revokesInTheEnd)
	for _, err := range failed {
		r.t.Errorf("not revoked: %v", err)
	}
	r.revoked += len(tokens) - len(failed)
}

// noVerdicts wants none of any token.
func (r *cutting) noVerdicts(tokens []string) {
	for _, raw := range slices.Concat(tokens, []string{r.good}) {
		r.asked++
		if got := r.n.status(raw); got != http.StatusServiceUnavailable {
			r.t.Errorf("cut off: /protected answers %d", got)
			r.verdicts++
		}
	}
}

// refuses wants all of them refused.
func (r *cutting) refuses(tokens []string) {
	for _, raw := range tokens {
		if got := r.n.verdict(raw); got != http.StatusUnauthorized {
			r.t.Errorf("in touch again: a token that was revoked meanwhile is answered %d", got)
			r.missed++
		}
	}
}
