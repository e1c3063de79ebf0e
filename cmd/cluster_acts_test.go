//go:build etcd && unix

package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// An elsewhere does something in one place and looks at it in another: two nodes and command lines.
type elsewhere struct {
	t           testing.TB
	acts, wrong int
}

// want counts an act, and what is not as it should be.
func (e *elsewhere) want(what string, err error) {
	e.t.Helper()
	if e.acts++; err != nil {
		e.t.Errorf("%s: %v", what, err)
		e.wrong++
	}
}

func (e *elsewhere) status(d *daemon, what, raw string, want int) {
	e.t.Helper()
	var err error
	if got := d.status(raw); got != want {
		err = fmt.Errorf("/protected answers %d, and %d was wanted", got, want)
	}
	e.want(what, err)
}

// TestClusterActs does on one node, or by commands, what the other node has to know of: at once where it concerns people and
// sessions, and soon where it concerns tokens.
func TestClusterActs(t *testing.T) {
	c := newCluster(t)
	nodes := c.nodes()
	e := &elsewhere{t: t}
	for i, here := range nodes {
		there, name := nodes[1-i], fmt.Sprint("eve", i)
		e.want("register", here.registers(name))
		g, err := there.logsIn(name)
		e.want("log in on the other", err)
		e.status(here, "a token of the other", g.Access, http.StatusOK)
		e.status(there, "its own token", g.Access, http.StatusOK)
		next, err := here.renews(g.Refresh)
		e.want("refresh where the login was not", err)
		_, err = there.renews(next.Refresh)
		e.want("and back", err)

		by := fmt.Sprint("bob", i)
		c.run("register", by, "--password-file", "pass")
		g, err = here.logsIn(by)
		e.want("log in who was registered by a command", err)
		e.status(there, "a token of the command", c.run("login", name, "--password-file", "pass"), http.StatusOK)

		before := c.run("mint", "--sub", name)
		for range 3 { // the third key is one that no node had heard of at first
			c.run("rotate")
		}
		there.becomes("a token by a new key", c.run("mint", "--sub", name), http.StatusOK)
		e.status(there, "a token from before the rotation", before, http.StatusOK)
		e.acts++

		ttl := 5 + i
		c.run("settings", "set", fmt.Sprintf("ttl=%dm", ttl))
		until(t, "the setting", func() bool { return there.lifetime(name) == 60*ttl })
		e.acts++

		c.run("users", "disable", by)
		if _, err = there.logsIn(by); unauthorized(err) {
			err = nil
		} else {
			err = fmt.Errorf("not refused: %v", err)
		}
		e.want("log in who was disabled", err)
		there.becomes("a token of who was disabled", g.Access, http.StatusUnauthorized)
		e.acts++
	}
	kvtest.Figure(t, "What is done on one node, or by a command on any machine, counts on every node of a cluster",
		kvtest.Tried(e.acts, "acts looked at elsewhere"), kvtest.Never(e.wrong, "wrong answers"), kvtest.Never(c.sound(), "faults"))
	for _, d := range nodes {
		d.end()
	}
}

// lifetime is that of a token of a login now, in seconds.
func (d *daemon) lifetime(name string) int {
	d.t.Helper()
	var answer struct {
		Seconds json.Number `json:"expires_in"`
	}
	if err := d.post("/login", fmt.Sprintf(`{"username":%q,"password":%q}`, name, testPassword), &answer); err != nil {
		d.t.Error(err)
	}
	seconds, _ := answer.Seconds.Int64()
	return int(seconds)
}
