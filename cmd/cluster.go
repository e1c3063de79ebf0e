package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// A cluster is a store on other machines, which many processes share.
type cluster interface {
	kv.Store
	// create makes the store, as bolt.Create does.
	create(ctx context.Context, fill func(kv.Tx) error) error
	// Follow hears of every change until ctx ends; Rev goes by that, and is kv.ErrStale when the news are old.
	Follow(ctx context.Context, node string) error
	// Lag is how old the news are.
	Lag() time.Duration
	Close() error
}

// A member is a cluster that this command is connected to.
type member struct {
	cluster
	url  string
	stop func() // ends the following, if it has begun
}

// inCluster tells whether the name of a store is a URL, or is meant to be one.
func inCluster(name string) bool {
	scheme, _, _ := strings.Cut(etcd.Scheme, "/")
	return strings.HasPrefix(name, scheme)
}

// clusterURL is the URL of a store in one spelling.
func clusterURL(name string) (string, error) {
	endpoints, prefix, err := etcd.Parse(name)
	return etcd.Scheme + strings.Join(endpoints, ",") + "/" + prefix, err
}

// clusterAt is what a URL names: one connection for the whole command. Nothing is asked yet.
func (e *env) clusterAt(ctx context.Context, url string) (*member, error) {
	for _, m := range e.members {
		if m.url == url {
			return m, nil
		}
	}
	endpoints, prefix, err := etcd.Parse(url)
	if err != nil {
		return nil, err
	}
	c, err := e.newCluster(ctx, endpoints, prefix)
	if err != nil {
		return nil, err
	}
	m := &member{c, url, func() {}}
	e.members = append(e.members, m)
	return m, nil
}

// closeClusters ends what the command has begun in clusters.
func (e *env) closeClusters() {
	for _, m := range e.members {
		m.stop()
		_ = m.Close() // what it leaves behind others clear away
	}
	e.members = nil
}

const (
	untilNews       = 5 * time.Millisecond // how often it is looked whether there is news of a cluster
	patienceForNews = time.Second
)

// follow has this process, under the name of node, hear of each change of the store until the command ends, and returns when
// there is news. Of a store in a file everybody is told by the file: then it does nothing and returns nil.
func (e *env) follow(ctx context.Context, node string) (*member, error) {
	url, err := e.storePath()
	if err != nil || !inCluster(url) {
		return nil, err
	}
	m, err := e.clusterAt(ctx, url)
	if err != nil {
		return nil, err
	}
	return m, e.begin(ctx, m, node)
}

// begin begins to follow a cluster.
func (e *env) begin(ctx context.Context, m *member, node string) error {
	following, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		err := m.Follow(following, node)
		if errors.Is(err, kv.ErrName) {
			err = usagef("take a short name", "%v", err)
		}
		done <- err
	}()
	m.stop = func() { end(); <-done; m.stop = func() {} }
	limit := time.NewTimer(max(e.wait, patienceForNews))
	defer limit.Stop()
	look := time.NewTicker(untilNews)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if lag := m.Lag(); lag > 0 && lag < patienceForNews { // 0 before the following has begun
				return nil
			}
		case err := <-done:
			done <- err
			return err
		case <-limit.C:
			return fmt.Errorf("%w at %s: no news of it", kv.ErrUnreachable, m.url)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// node is what this machine, or this process, is called among those that share a store.
func (e *env) node() string { return cmp.Or(e.getenv("JOTKIT_NODE"), e.host()) }

// chain is the chain of the audit that a command writes to. In a cluster each node has its own: one for all would have them
// wait for each other.
func (e *env) chain() string {
	const own = "cli"
	if inCluster(cmp.Or(e.store, e.getenv("JOTKIT_STORE"))) {
		return chainOf(own, e.node())
	}
	return own
}

// chainOf makes a name of a chain for a node: small letters and digits, and not long.
func chainOf(what, node string) string {
	const longest = 64
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(what+"-"+node))
	return name[:min(len(name), longest)]
}

// fileAlone refuses what takes a file for a store in a cluster.
func (p place) fileAlone(verb, way string) error {
	if p.file != nil {
		return nil
	}
	return usagef(way, "%s is for a store in a file, and %s is in etcd", verb, p.path)
}
