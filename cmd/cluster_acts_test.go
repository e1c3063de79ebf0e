//go:build etcd && unix

package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	if got := d.verdict(raw); got != want {
		err = fmt.Errorf("/protected answers %d, and %d was wanted", got, want)
	}
	e.want(what, err)
}

// refused counts an act that has to be answered with 401.
func (e *elsewhere) refused(what string, err error) {
	e.t.Helper()
	if unauthorized(err) {
		err = nil
	} else {
		err = fmt.Errorf("not refused: %v", err)
	}
	e.want(what, err)
}

// soon waits for what both nodes have to know in a moment.
func (e *elsewhere) soon(what string, nodes [2]*daemon, known func(*daemon) bool) {
	e.t.Helper()
	for _, d := range nodes {
		until(e.t, what, func() bool { return known(d) })
		e.acts++
	}
}

// TestClusterActs does on one node, or by commands, what the other node has to know of: at once where it concerns people and
// sessions, and soon where it concerns tokens, keys and settings. Both nodes serve all the time.
func TestClusterActs(t *testing.T) {
	c := newCluster(t)
	nodes := c.nodes()
	e := &elsewhere{t: t}
	for i, here := range nodes {
		there := nodes[1-i]
		name, by := fmt.Sprint("eve", i), fmt.Sprint("bob", i)
		c.run("register", by, "--password-file", "pass")
		e.sessions(here, there, name)
		e.keys(c, nodes, name)
		e.settings(c, nodes, name, 5+i)
		e.people(c, here, there, by)
		e.lists(c, here, there, name)
	}
	kvtest.Figure(t, "What is done on one node, or by a command on any machine, counts on every node of a cluster",
		kvtest.Tried(e.acts, "acts looked at elsewhere"), kvtest.Never(e.wrong, "wrong answers"), kvtest.Never(c.sound(), "faults"))
	for _, d := range nodes {
		d.end()
	}
}

// sessions begin on one node and go on on the other.
func (e *elsewhere) sessions(here, there *daemon, name string) {
	e.t.Helper()
	e.want("register", here.registers(name))
	g, err := there.logsIn(name)
	e.want("log in on the other", err)
	e.status(here, "a token of the other", g.Access, http.StatusOK)
	e.status(there, "its own token", g.Access, http.StatusOK)
	next, err := here.renews(g.Refresh)
	e.want("refresh where the login was not", err)
	last, err := there.renews(next.Refresh)
	e.want("and back", err)
	e.want("log out", here.post("/logout", fmt.Sprintf(`{"refresh_token":%q}`, last.Refresh), nil))
	_, err = there.renews(last.Refresh)
	e.refused("refresh what has ended", err)
	there.becomes("a token of a session that has ended", last.Access, http.StatusUnauthorized)
	e.acts++
}

// keys change by a command. What the new one signs on either node is good on both, and so is what the old one has signed.
func (e *elsewhere) keys(c *etcdCluster, nodes [2]*daemon, name string) {
	e.t.Helper()
	before := c.run("mint", "--sub", name)
	for range 3 { // the third key is one that no node had heard of at first
		c.run("rotate")
	}
	made := c.run("mint", "--sub", name)
	signs := c.run("decode", "-q", "--field", "header.kid", made)
	for i, d := range nodes {
		d.becomes("a token by a new key", made, http.StatusOK)
		e.acts++
		e.status(d, "a token from before the rotation", before, http.StatusOK)
		g, err := d.logsIn(name)
		e.want("log in after a rotation", err)
		e.status(nodes[1-i], "a token by the new key of a node", g.Access, http.StatusOK)
		if kid := c.run("decode", "-q", "--field", "header.kid", g.Access); kid != signs {
			e.want("sign with the new key", fmt.Errorf("signed with %s, and not %s", kid, signs))
		}
	}
	here, there := nodes[0].published(), nodes[1].published()
	if !slices.Equal(here, there) || !slices.Contains(here, signs) {
		e.want("publish the same keys", fmt.Errorf("%v and %v, and %s signs", here, there, signs))
	}
	e.acts++
}

// published are the ids of the keys that a node publishes.
func (d *daemon) published() (ids []string) {
	d.t.Helper()
	var set struct{ Keys []struct{ Kid string } }
	got, err := d.client.Get(d.url + "/.well-known/jwks.json")
	if err == nil {
		defer got.Body.Close()
		err = json.NewDecoder(got.Body).Decode(&set)
	}
	if err != nil {
		d.t.Error(err)
	}
	for _, k := range set.Keys {
		ids = append(ids, k.Kid)
	}
	return ids
}

// settings change by a command.
func (e *elsewhere) settings(c *etcdCluster, nodes [2]*daemon, name string, ttl int) {
	e.t.Helper()
	c.run("settings", "set", fmt.Sprintf("ttl=%dm", ttl))
	e.soon("the setting", nodes, func(d *daemon) bool { return d.lifetime(name) == 60*ttl })
}

// people are changed by commands.
func (e *elsewhere) people(c *etcdCluster, here, there *daemon, name string) {
	e.t.Helper()
	g, err := here.logsIn(name)
	e.want("log in who was registered by a command", err)
	e.status(there, "a token of the command", c.run("login", name, "--password-file", "pass"), http.StatusOK)

	if got := there.admin(g.Access); got != http.StatusForbidden {
		e.want("keep out who is no admin", fmt.Errorf("answered %d", got))
	}
	c.run("users", "role", name, "--add", "admin")
	g, err = here.logsIn(name)
	e.want("log in with a new role", err)
	if got := there.admin(g.Access); got != http.StatusOK {
		e.want("let in who has become an admin", fmt.Errorf("answered %d", got))
	}
	e.acts += 2

	c.write("pass2", "another battery horse staple\n")
	c.run("users", "passwd", name, "--password-file", "pass2")
	_, err = there.logsIn(name)
	e.refused("log in with the password of before", err)
	there.becomes("a token from before the password was changed", g.Access, http.StatusUnauthorized)
	e.acts++
	c.run("users", "passwd", name, "--password-file", "pass")
	g, err = there.logsIn(name)
	e.want("log in with the new password", err)

	c.run("users", "disable", name)
	_, err = here.logsIn(name)
	e.refused("log in who was disabled", err)
	here.becomes("a token of who was disabled", g.Access, http.StatusUnauthorized)
	e.acts++
	c.run("users", "enable", name)
	g, err = there.logsIn(name)
	e.want("log in who was enabled", err)
	here.becomes("a token of who was enabled", g.Access, http.StatusOK)
	e.acts++
}

// lists tell of what was done on the nodes, and a session that is in them can be ended by a command.
func (e *elsewhere) lists(c *etcdCluster, here, there *daemon, name string) {
	e.t.Helper()
	g, err := here.logsIn(name)
	e.want("log in", err)
	id := c.run("decode", "-q", "--field", "sid", g.Access)
	if listed := c.run("sessions", "list", "--user", name, "--json"); !strings.Contains(listed, id) {
		e.want("list a session of a node", fmt.Errorf("%s is not in %s", id, listed))
	}
	c.run("revoke", "--session", id, "--yes")
	_, err = there.renews(g.Refresh)
	e.refused("refresh a session that a command has ended", err)
	there.becomes("a token of that session", g.Access, http.StatusUnauthorized)
	here.becomes("a token of that session, where it was made", g.Access, http.StatusUnauthorized)
	if listed := c.run("sessions", "list", "--user", name, "--json"); strings.Contains(listed, id) {
		e.want("leave a session that has ended out of the list", fmt.Errorf("%s is in %s", id, listed))
	}
	e.acts += 4
}

// admin is what /admin answers to a token when the node knows enough to judge by.
func (d *daemon) admin(raw string) int {
	d.t.Helper()
	r, err := http.NewRequest("GET", d.url+"/admin", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+raw)
	return judged(func() int { return d.do(r).status })
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
