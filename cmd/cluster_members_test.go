//go:build etcd && unix

package cmd

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// etcdMembers are those of an etcd cluster on loopback, started and killed by the tests.
type etcdMembers []*etcdMember

// An etcdMember is one process of etcd.
type etcdMember struct {
	t            testing.TB
	name         string
	client, peer string // host:port, of nodes and of other members
	log          string
	args, env    []string
	process      *exec.Cmd // nil while it is dead
}

// newMembers starts three, which are killed at the end of the test.
func newMembers(t testing.TB) etcdMembers {
	t.Helper()
	if _, err := exec.LookPath("etcd"); err != nil {
		if os.Getenv("JOTKIT_PEERS") == "require" {
			t.Fatal("etcd is required")
		}
		t.Skip("skipped without etcd")
	}
	dir, ports := t.TempDir(), freePorts(t, 6)
	var all etcdMembers
	var cluster []string
	for i := range 3 {
		m := &etcdMember{t: t, name: fmt.Sprint("etcd", i), client: ports[2*i], peer: ports[2*i+1]}
		m.log = dir + "/" + m.name + ".log"
		all, cluster = append(all, m), append(cluster, m.name+"=http://"+m.peer)
	}
	for _, m := range all {
		m.args = []string{"--name", m.name, "--data-dir", dir + "/" + m.name, "--logger", "zap", "--log-level", "warn",
			"--listen-client-urls", "http://" + m.client, "--advertise-client-urls", "http://" + m.client,
			"--listen-peer-urls", "http://" + m.peer, "--initial-advertise-peer-urls", "http://" + m.peer,
			"--initial-cluster", strings.Join(cluster, ",")}
		m.start()
		t.Cleanup(m.kill)
	}
	for _, m := range all {
		m.ready()
	}
	return all
}

// freePorts are addresses on loopback at which nobody listens, no two the same.
func freePorts(t testing.TB, n int) (addrs []string) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		addrs = append(addrs, l.Addr().String())
	}
	return addrs
}

func (m *etcdMember) start() {
	m.t.Helper()
	log, err := os.OpenFile(m.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		m.t.Fatal(err)
	}
	defer log.Close()
	c := exec.Command("etcd", m.args...)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), m.env...), log, log
	if err := c.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.process = c
}

// ready waits until the member has a leader.
func (m *etcdMember) ready() {
	m.t.Helper()
	var err error
	for until := time.Now().Add(longest); time.Now().Before(until); { // with much to do a member may take longer than one wait
		if err = waitFor("http://" + m.client + "/health"); err == nil {
			return
		}
	}
	log, _ := os.ReadFile(m.log)
	m.t.Fatalf("%v\n%s", err, last(string(log), 2000))
}

// kill ends the member without a word.
func (m *etcdMember) kill() {
	if m.process != nil {
		m.process.Process.Kill()
		m.process.Wait()
		m.process = nil
	}
}

// ask calls a method of the JSON gateway.
func (m *etcdMember) ask(method, body string, answer any) error {
	return postJSON(http.DefaultClient, "http://"+m.client+"/v3/"+method, body, answer)
}

// leader is the member that leads.
func (all etcdMembers) leader(t testing.TB) *etcdMember {
	t.Helper()
	var leader *etcdMember
	until(t, "a leader", func() bool {
		for _, m := range all {
			var s struct {
				Header struct {
					ID string `json:"member_id"`
				}
				Leader string
			}
			if m.process != nil && m.ask("maintenance/status", "{}", &s) == nil && s.Leader != "" && s.Leader == s.Header.ID {
				leader = m
				return true
			}
		}
		return false
	})
	return leader
}

func (all etcdMembers) clients() (addrs []string) {
	for _, m := range all {
		addrs = append(addrs, m.client)
	}
	return addrs
}
