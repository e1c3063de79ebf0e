//go:build unix

package cmd

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestHAProxyNodes has README's HAProxy before two nodes on one store, which are killed by turns: who only asks does not
// notice, and what a person writes into X-Forwarded-For counts for nothing.
func TestHAProxyNodes(t *testing.T) {
	peer(t, "haproxy")
	h := newHome(t)
	one := newDaemon(h, "--metrics", "--behind-proxy", "127.0.0.1/32")
	two := h.daemon("--metrics", "--behind-proxy", "127.0.0.1/32")
	two.start()
	front := h.front(t, strings.TrimPrefix(one.url, "http://"), strings.TrimPrefix(two.url, "http://"))
	front.ready()
	h.run("register", "ada", "--password-file", "pass")
	raw := h.run("login", "ada", "--password-file", "pass")
	front.nodesDie(raw, one, two)
	front.forgedAddress()
	one.end()
	two.end()
}

// ready waits until HAProxy lets through to a node.
func (d *daemon) ready() {
	d.t.Helper()
	until(d.t, d.url+"/readyz", func() bool {
		r, err := http.NewRequest("GET", d.url+"/readyz", nil)
		return err == nil && d.do(r).status == http.StatusOK
	})
}

// nodesDie kills each of the nodes behind HAProxy, while a good token is presented again and again.
func (d *daemon) nodesDie(raw string, nodes ...*daemon) {
	d.t.Helper()
	stop := d.asks(raw, 4)
	for _, n := range nodes {
		n.kill()
		for range 200 {
			if got := d.status(raw); got != http.StatusOK {
				d.t.Errorf("while a node is dead: %d", got)
			}
		}
		n.start()
		until(d.t, "that HAProxy asks a node again that is back", func() bool {
			d.status(raw)
			return n.count("GET /protected") > 0
		})
	}
	counts := stop()
	if counts[http.StatusOK] == 0 || unlike(counts, http.StatusOK) > 0 {
		d.t.Errorf("while nodes died: %v", counts)
	}
}

// forgedAddress fails to log in under an address that is not one's own. The audit has the true one.
func (d *daemon) forgedAddress() {
	d.t.Helper()
	const forged = "203.0.113.9"
	r, err := http.NewRequest("POST", d.url+"/login", strings.NewReader(`{"username":"ada","password":"wrong"}`))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", forged)
	if got := d.do(r).status; got != http.StatusUnauthorized {
		d.t.Errorf("a wrong password: %d", got)
	}
	lines := d.run("audit", "--json")
	if !strings.Contains(lines, elsewhereAddr()+"@http") || strings.Contains(lines, forged) {
		d.t.Errorf("who failed to log in, by the audit:\n%s", lines)
	}
}

// count reads how often a route was asked for, from the metrics.
func (d *daemon) count(route string) (n int) {
	d.t.Helper()
	_, text := get(d.t, d.url+"/metrics", "")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "jotkit_requests_total{route=\""+route+"\"") {
			var more int
			fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &more)
			n += more
		}
	}
	return n
}
