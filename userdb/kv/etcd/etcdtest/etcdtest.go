// Package etcdtest runs etcd for tests: members on loopback, which are killed and started again, and proxies that cut what goes
// between them and their clients. It needs the program etcd, and not its client, so it is there without the tag etcd too.
package etcdtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const program = "etcd"

// Need skips a test where etcd is not installed, or fails it where JOTKIT_PEERS is "require".
func Need(tb testing.TB) {
	tb.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("JOTKIT_PEERS") == "require" {
			tb.Fatal("etcd is required")
		}
		tb.Skip("skipped without etcd")
	}
}

// A Setup is what is special about a cluster.
type Setup struct {
	Size    int                      // members; 0 is one
	Between func(peer string) string // gives for the address of a member that by which the others reach it; nil is itself
	TLS     bool                     // clients speak TLS, with what Flags say
	Flags   []string                 // of each member
}

// Members are those of one cluster.
type Members []*Member

// Start starts a cluster for one test. It is ready, and is killed when the test ends.
func Start(tb testing.TB, s Setup) Members {
	tb.Helper()
	Need(tb)
	all, err := New(tb.TempDir(), s)
	tb.Cleanup(func() {
		all.Kill()
		for _, m := range all {
			if tb.Failed() {
				tb.Logf("%s:\n%s", m.Name, m.Said())
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// New starts a cluster whose data lie in a directory, and waits until it is ready. Kill it in the end; where there is an error,
// it is dead.
func New(dir string, s Setup) (Members, error) {
	size := max(1, s.Size)
	free, err := freeAddrs(3 * size)
	if err != nil {
		return nil, err
	}
	var all Members
	var peers, reached, cluster []string
	for i := range size {
		m := &Member{Name: fmt.Sprint("m", i), Client: free[3*i], TLS: s.TLS, Watched: free[3*i+1]}
		m.Data, m.Log = filepath.Join(dir, m.Name), filepath.Join(dir, m.Name+".log")
		peer := free[3*i+2]
		peers = append(peers, "http://"+peer)
		if s.Between != nil {
			peer = s.Between(peer)
		}
		all, reached = append(all, m), append(reached, "http://"+peer)
		cluster = append(cluster, m.Name+"=http://"+peer)
	}
	for i, m := range all {
		m.Args = append([]string{"--name", m.Name, "--data-dir", m.Data, "--logger", "zap", "--log-level", "warn",
			"--listen-client-urls", m.URL(), "--advertise-client-urls", m.URL(), "--listen-metrics-urls", "http://" + m.Watched,
			"--listen-peer-urls", peers[i], "--initial-advertise-peer-urls", reached[i],
			"--initial-cluster", strings.Join(cluster, ",")}, s.Flags...)
	}
	if err := all.start(); err != nil {
		all.Kill()
		return nil, err
	}
	return all, nil
}

// start starts all, and waits for them: one alone is not ready.
func (all Members) start() error {
	for _, m := range all {
		if err := m.Start(); err != nil {
			return err
		}
	}
	for _, m := range all {
		if err := m.Ready(); err != nil {
			return err
		}
	}
	return nil
}

// Kill ends all of them without a word.
func (all Members) Kill() {
	for _, m := range all {
		m.Kill()
	}
}

// Clients are the host:port of each that clients use.
func (all Members) Clients() (addrs []string) {
	for _, m := range all {
		addrs = append(addrs, m.Client)
	}
	return addrs
}

// Leader waits until exactly one believes that it leads, and returns which one.
func (all Members) Leader(tb testing.TB) int {
	tb.Helper()
	for limit := time.Now().Add(startUp); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		leader, n := -1, 0
		for i, m := range all {
			if m.Leads() {
				leader, n = i, n+1
			}
		}
		if n == 1 {
			return leader
		}
	}
	tb.Fatalf("no leader in %s", startUp)
	return -1
}

// freeAddrs are addresses on loopback at which nobody listens, each another one. They are below those that systems give to who
// asks for any, and to connections that go out: one of these could be there first.
func freeAddrs(n int) (addrs []string, err error) {
	const lowest, highest, tries = 15_000, 32_000, 1000
	for range tries {
		addr := fmt.Sprint("127.0.0.1:", lowest+rand.IntN(highest-lowest))
		l, taken := net.Listen("tcp", addr)
		if taken != nil {
			err = taken
			continue
		}
		defer l.Close()
		if addrs = append(addrs, addr); len(addrs) == n {
			return addrs, nil
		}
	}
	return nil, err
}
