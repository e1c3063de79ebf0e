//go:build etcd && unix

package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// An etcdCluster is members of etcd, a store in them, and a home for command lines.
type etcdCluster struct {
	home
	members etcdMembers
}

const clusterIssuer = "https://id.example" // and audience

// newCluster makes the store.
func newCluster(t testing.TB) *etcdCluster {
	t.Helper()
	c := &etcdCluster{home: newHome(t), members: newMembers(t)}
	c.at = etcdURL(c.members.clients())
	c.run("init", "--iss", clusterIssuer, "--aud", clusterIssuer)
	c.run("settings", "set", "login_delay=off") // all people of the tests are at one address
	return c
}

func etcdURL(addrs []string) string { return "etcd://" + strings.Join(addrs, ",") + "/jotkit" }

// node serves the store as on a machine of its own: all that it shares with others is the seal key. It finds the members at
// these addresses.
func (c *etcdCluster) node(addrs ...string) *daemon {
	c.t.Helper()
	h := newHome(c.t)
	h.at = etcdURL(addrs)
	h.write("seal.key", c.read("seal.key"))
	d := h.daemon("--metrics")
	d.flags = append(d.flags, "--node", "node-"+d.url[strings.LastIndexByte(d.url, ':')+1:]) // that is the host's name else
	d.start()
	return d
}

// nodes are two.
func (c *etcdCluster) nodes() [2]*daemon {
	c.t.Helper()
	return [2]*daemon{c.node(c.members.clients()...), c.node(c.members.clients()...)}
}

// sound wants every chain of the audit whole.
func (c *etcdCluster) sound() (faults int) {
	c.t.Helper()
	if status, said := c.ending("audit", "verify"); status != 0 {
		c.t.Error(said)
		faults++
	}
	return faults
}

// postJSON posts a body and reads the answer, which has to be a good one.
func postJSON(c *http.Client, url, body string, answer any) error {
	got, err := c.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	switch {
	case err != nil:
		return err
	case got.StatusCode/100 != 2:
		return &badAnswer{got.StatusCode, string(text)}
	case answer == nil:
		return nil
	}
	return json.Unmarshal(text, answer)
}

// A badAnswer is an answer of a server that is no good one.
type badAnswer struct {
	status int
	body   string
}

func (r *badAnswer) Error() string { return fmt.Sprint(r.status, " ", r.body) }

func (d *daemon) post(path, body string, answer any) error {
	return postJSON(d.client, d.url+path, body, answer)
}

// registers adds somebody, with the password of the home.
func (d *daemon) registers(name string) error {
	return d.post("/register", fmt.Sprintf(`{"username":%q,"password":%q}`, name, testPassword), nil)
}

// logsIn opens a session.
func (d *daemon) logsIn(name string) (g grant, err error) {
	err = d.post("/login", fmt.Sprintf(`{"username":%q,"password":%q}`, name, testPassword), &g)
	return g, err
}

func (d *daemon) renews(refresh string) (g grant, err error) {
	err = d.post("/refresh", fmt.Sprintf(`{"refresh_token":%q}`, refresh), &g)
	return g, err
}

// revokesItself presents a token to have it revoked.
func (d *daemon) revokesItself(raw string) error {
	r, err := http.NewRequest("POST", d.url+"/revoke", strings.NewReader("token="+raw))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+raw)
	if got := d.do(r); got.status != http.StatusOK {
		return &badAnswer{status: got.status}
	}
	return nil
}
