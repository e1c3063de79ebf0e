//go:build etcd && unix

package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/userdb/kv/etcd/etcdtest"
)

// An etcdCluster is members of etcd, a store in them, and a home for command lines.
type etcdCluster struct {
	home
	members etcdtest.Members
}

const clusterIssuer = "https://id.example" // and audience

// newCluster makes the store.
func newCluster(t testing.TB) *etcdCluster {
	t.Helper()
	c := &etcdCluster{home: newHome(t), members: etcdtest.Start(t, etcdtest.Setup{Size: 3})}
	c.at = etcdURL(c.members.Clients())
	c.run("init", "--iss", clusterIssuer, "--aud", clusterIssuer)
	c.run("settings", "set", "login_delay=off") // all people of the tests are at one address
	return c
}

func etcdURL(addrs []string) string { return "etcd://" + strings.Join(addrs, ",") + "/jotkit" }

// node serves the store as on a machine of its own: all that it shares with others is the seal key. It finds the members at
// these addresses.
func (c *etcdCluster) node(addrs []string, flags ...string) *daemon {
	c.t.Helper()
	h := newHome(c.t)
	h.at = etcdURL(addrs)
	h.write("seal.key", c.read("seal.key"))
	d := h.daemon(append(flags, "--metrics")...)
	d.flags = append(d.flags, "--node", "node-"+d.url[strings.LastIndexByte(d.url, ':')+1:]) // that is the host's name else
	d.start()
	return d
}

// nodes are two.
func (c *etcdCluster) nodes() [2]*daemon {
	c.t.Helper()
	return [2]*daemon{c.node(c.members.Clients()), c.node(c.members.Clients())}
}

// wholeReads is how often the node has read all of the keys and the deny list.
func (d *daemon) wholeReads() int {
	d.t.Helper()
	const name = "\njotkit_store_whole_reads_total "
	got, err := d.client.Get(d.url + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	_, after, found := strings.Cut(string(text), name)
	n, bad := strconv.Atoi(strings.SplitN(after, "\n", 2)[0])
	if err != nil || !found || bad != nil {
		d.t.Fatalf("/metrics: %v, %v\n%s", err, bad, text)
	}
	return n
}

// atOnceEach does something with each of these, so many at a time, and returns what went wrong.
func atOnceEach[T any](all []T, atOnce int, do func(T) error) (failed []error) {
	var next atomic.Int64
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				if err := do(all[i]); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	return failed
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

// revokesInTheEnd is revokesItself for who tries again. Who finds the token revoked had it done by a request before, of which the
// answer was lost.
func (d *daemon) revokesInTheEnd(raw string) error {
	if err := inTheEnd(func() error { return d.revokesItself(raw) }); !unauthorized(err) {
		return err
	}
	return nil
}

// inTheEnd does something again while a node has no answer, as on a machine that has too much to do.
func inTheEnd(do func() error) error {
	for until := time.Now().Add(longest); ; time.Sleep(10 * time.Millisecond) {
		err := do()
		bad, ok := err.(*badAnswer)
		if !ok || bad.status != http.StatusServiceUnavailable && bad.status != 0 || time.Now().After(until) {
			return err
		}
	}
}

// verdict is what /protected answers to a token when the node knows enough to judge by.
func (d *daemon) verdict(raw string) int { return judged(func() int { return d.status(raw) }) }

// judged asks again while there is no verdict.
func judged(ask func() int) (status int) {
	_ = inTheEnd(func() error {
		status = ask()
		return &badAnswer{status: status}
	})
	return status
}
