//go:build etcd

package etcd_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// A cluster is members of etcd on loopback, started and killed by the tests.
type cluster struct {
	dir     string
	members []*member
}

// A member is one process.
type member struct {
	name, client, peer string // host:port
	reached            string // by the others, instead of peer
	args               []string
	dir                string
	tls                *tls.Config // of clients
	process            *exec.Cmd
}

// peerProgram skips the test where etcd is not installed, unless peers are required.
func peerProgram(tb testing.TB) string {
	tb.Helper()
	path, err := exec.LookPath("etcd")
	if err != nil {
		if os.Getenv("JOTKIT_PEERS") == "require" {
			tb.Fatal("etcd is not installed")
		}
		tb.Skip("etcd is not installed")
	}
	return path
}

// ports finds free ports, each another one.
func ports(n int) (found []string, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		found = append(found, l.Addr().String())
	}
	return found, nil
}

// A setup is what is special about a cluster.
type setup struct {
	size    int
	between func(peer string) string // gives for the address of a member that by which the others reach it; nil is itself
	flags   []string
	tls     *tls.Config // of clients; nil for plain connections
}

// newCluster starts members.
func newCluster(program, dir string, s setup) (*cluster, error) {
	found, err := ports(2 * s.size)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir}
	var all []string
	for i := range s.size {
		m := &member{name: fmt.Sprintf("m%d", i), client: found[2*i], peer: found[2*i+1], dir: dir, tls: s.tls}
		if m.reached = m.peer; s.between != nil {
			m.reached = s.between(m.peer)
		}
		c.members = append(c.members, m)
		all = append(all, m.name+"=http://"+m.reached)
	}
	for _, m := range c.members {
		m.args = append([]string{program, "--name", m.name, "--data-dir", filepath.Join(dir, m.name),
			"--listen-client-urls", m.url(), "--advertise-client-urls", m.url(),
			"--listen-peer-urls", "http://" + m.peer, "--initial-advertise-peer-urls", "http://" + m.reached,
			"--initial-cluster", strings.Join(all, ","), "--log-level", "warn", "--logger", "zap"}, s.flags...)
		if err := m.start(); err != nil {
			c.stop()
			return nil, err
		}
	}
	return c, c.ready()
}

func (m *member) url() string {
	if m.tls != nil {
		return "https://" + m.client
	}
	return "http://" + m.client
}

// plain is a client of etcd's own, to look behind the store.
func (m *member) plain() (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{Endpoints: []string{m.url()}, TLS: m.tls, Logger: zap.NewNop()})
}

// behind is such a client, closed when the test ends.
func (c *cluster) behind(t *testing.T) *clientv3.Client {
	t.Helper()
	cl, err := c.members[0].plain()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cl.Close() })
	return cl
}

func (m *member) start() error {
	log, err := os.OpenFile(filepath.Join(m.dir, m.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	m.process = exec.Command(m.args[0], m.args[1:]...)
	m.process.Stdout, m.process.Stderr = log, log
	return m.process.Start()
}

// kill ends a member without a word.
func (m *member) kill() {
	if m.process != nil && m.process.Process != nil {
		_ = m.process.Process.Kill()
		_ = m.process.Wait()
		m.process = nil
	}
}

func (c *cluster) stop() {
	for _, m := range c.members {
		m.kill()
	}
}

func (c *cluster) endpoints() (all []string) {
	for _, m := range c.members {
		all = append(all, m.client)
	}
	return all
}

// ready waits until each member answers a linearizable read.
func (c *cluster) ready() error {
	for _, m := range c.members {
		if err := m.ready(); err != nil {
			log, _ := os.ReadFile(filepath.Join(m.dir, m.name+".log"))
			return fmt.Errorf("%s: %w\n%s", m.name, err, log)
		}
	}
	return nil
}

func (m *member) ready() error {
	cl, err := m.plain()
	if err != nil {
		return err
	}
	defer cl.Close()
	ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
	defer stop()
	for {
		try, stop := context.WithTimeout(ctx, 2*time.Second)
		_, err := cl.Get(try, "ready")
		stop()
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// one is a cluster of a single member that all tests use which do nothing to it: each has a prefix of its own.
var one = sync.OnceValues(func() (*cluster, error) {
	program, err := exec.LookPath("etcd")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "etcd-test")
	if err != nil {
		return nil, err
	}
	c, err := newCluster(program, dir, setup{size: 1})
	if c == nil {
		os.RemoveAll(dir)
	}
	started = c
	return c, err
})

var started *cluster

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.stop()
		os.RemoveAll(started.dir)
	}
	os.Exit(code)
}

// single returns the cluster of one member.
func single(tb testing.TB) *cluster {
	tb.Helper()
	peerProgram(tb)
	c, err := one()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// own starts a cluster for one test.
func own(t *testing.T, s setup) *cluster {
	t.Helper()
	c, err := newCluster(peerProgram(t), t.TempDir(), s)
	if c != nil {
		t.Cleanup(c.stop)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.logs(t) })
	return c
}

// logs shows what the members said, when the test fails.
func (c *cluster) logs(t *testing.T) {
	for _, m := range c.members {
		if log, _ := os.ReadFile(filepath.Join(m.dir, m.name+".log")); t.Failed() {
			t.Logf("%s:\n%s", m.name, log[max(0, len(log)-4000):])
		}
	}
}

// options are those of a store under a prefix that no other test has.
func (c *cluster) options(tb testing.TB) etcd.Options {
	return etcd.Options{Endpoints: c.endpoints(), Prefix: prefixOf(tb)}
}

var prefixes struct {
	sync.Mutex
	n int
}

func prefixOf(tb testing.TB) string {
	prefixes.Lock()
	defer prefixes.Unlock()
	prefixes.n++
	return fmt.Sprintf("%s/%d", tb.Name(), prefixes.n)
}

// create makes a store.
func create(tb testing.TB, o etcd.Options, fill func(kv.Tx) error) *etcd.Store {
	tb.Helper()
	if err := etcd.Create(tb.Context(), o, fill); err != nil {
		tb.Fatal(err)
	}
	return open(tb, o)
}

// open opens a store that there is.
func open(tb testing.TB, o etcd.Options) *etcd.Store {
	s := etcd.New(o)
	tb.Cleanup(func() { s.Close() })
	return s
}

// often is how many times a test tries: many with JOTKIT_LONG.
func often(normal, long int) int {
	switch {
	case os.Getenv("JOTKIT_LONG") != "":
		return long
	case testing.Short():
		return normal / 5
	}
	return normal
}
