//go:build etcd

package etcd_test

import (
	"fmt"
	"os"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
)

// A cluster is members of etcd on loopback.
type cluster struct{ members etcdtest.Members }

// behind is a client of etcd's own, to look behind the store. It is closed when the test ends.
func (c *cluster) behind(t *testing.T) *clientv3.Client {
	t.Helper()
	cl, err := clientv3.New(clientv3.Config{Endpoints: []string{c.members[0].URL()}, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cl.Close() })
	return cl
}

// one is a cluster of a single member that all tests use which do nothing to it: each has a prefix of its own.
var one = sync.OnceValues(func() (*cluster, error) {
	dir, err := os.MkdirTemp("", "etcd-test")
	if err != nil {
		return nil, err
	}
	all, err := etcdtest.New(dir, etcdtest.Setup{})
	end = func() {
		all.Kill()
		os.RemoveAll(dir)
	}
	return &cluster{all}, err
})

var end = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	end()
	os.Exit(code)
}

// single returns the cluster of one member.
func single(tb testing.TB) *cluster {
	tb.Helper()
	etcdtest.Need(tb)
	c, err := one()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// own starts a cluster for one test.
func own(t *testing.T, s etcdtest.Setup) *cluster {
	t.Helper()
	return &cluster{etcdtest.Start(t, s)}
}

// options are those of a store under a prefix that no other test has.
func (c *cluster) options(tb testing.TB) etcd.Options {
	return etcd.Options{Endpoints: c.members.Clients(), Prefix: prefixOf(tb)}
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
