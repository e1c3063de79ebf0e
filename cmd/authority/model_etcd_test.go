//go:build etcd

package authority_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/token"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// openStore opens one by its path or its URL.
func openStore(at string) kv.Store {
	if strings.HasPrefix(at, etcd.Scheme) {
		return openEtcd(at)
	}
	return bolt.New(at, bolt.Options{})
}

func openEtcd(url string) *etcd.Store { return etcd.New(etcdOptions(url)) }

func etcdOptions(url string) etcd.Options {
	endpoints, prefix, err := etcd.Parse(url)
	if err != nil {
		panic(err)
	}
	return etcd.Options{Endpoints: endpoints, Prefix: prefix}
}

// prefixes makes stores in one member of etcd, each under a prefix of its own.
type prefixes struct {
	member *etcdtest.Member
	made   int
}

func newPrefixes(t *testing.T) *prefixes {
	return &prefixes{member: etcdtest.Start(t, etcdtest.Setup{})[0]}
}

func (p *prefixes) next(t failer) lasting {
	t.Helper()
	p.made++
	at, key := fmt.Sprint(etcd.Scheme, p.member.Client, "/", p.made), sealed.NewKey()
	if err := etcd.Create(context.Background(), etcdOptions(at), sealed.Fill(key, nil)); err != nil {
		t.Fatal(err)
	}
	s := openEtcd(at)
	return lasting{at, key, sealed.New(s, key), func() { s.Close() }}
}

// TestEtcdFollowsTheModel is TestVerdictsFollowTheModel on a sealed store in etcd.
func TestEtcdFollowsTheModel(t *testing.T) {
	kvtest.Checks(t, 10, 250)
	followsTheModel(t, newPrefixes(t), "Whatever is done in whatever order, a sealed store in etcd gives the verdicts, lists and audit of a plain model")
}

// TestKilledOnEtcdFollowsTheModel is TestKilledFollowsTheModel on a store in etcd.
func TestKilledOnEtcdFollowsTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	kvtest.Checks(t, 6, 50)
	killedFollowsTheModel(t, newPrefixes(t), "On etcd too an act whose process is killed has happened whole, with its audit line, or not at all; all else is as a plain model has it")
}

// TestAtOnceOnEtcdFollowsTheModel: beside two processes that are killed, some act in this one, most by one client, whose commits are
// one where they meet, and some by clients of their own.
func TestAtOnceOnEtcdFollowsTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	kvtest.Checks(t, 2, 30)
	atOnceFollowsTheModel(t, newPrefixes(t), "Whoever acts at once on etcd, by one client or by many, of which some are killed, comes to what it would have come to alone",
		func(s lasting) (open []kv.Store, end func()) {
			shared, others := openEtcd(s.at), []*etcd.Store{openEtcd(s.at), openEtcd(s.at)}
			for range 4 {
				open = append(open, sealed.New(shared, s.key))
			}
			for _, o := range others {
				open = append(open, sealed.New(o, s.key))
			}
			return open, func() {
				for _, o := range append(others, shared) {
					o.Close()
				}
			}
		})
}

// TestLiveFollowsEtcd: whatever is done by one client, or by the node itself, a node that follows the store gives the verdict that
// the store gives: at once of what it has done itself, and of the other when it has heard.
func TestLiveFollowsEtcd(t *testing.T) {
	kvtest.Checks(t, 10, 250)
	stores := newPrefixes(t)
	lives, acts, verdicts, wrong := 0, 0, 0, 0
	defer func() {
		kvtest.Figure(t, "A node that follows a store in etcd gives the verdicts of the store, once it has heard of what others did",
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"), kvtest.Tried(verdicts, "verdicts"),
			kvtest.Never(wrong, "wrong verdicts"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		s := stores.next(t)
		defer s.remove()
		node := openEtcd(s.at)
		defer node.Close()
		defer follow(t, node)()
		plain := newModel(t, s.store)
		defer func() {
			lives, acts, verdicts, wrong = lives+1, acts+plain.acts, verdicts+plain.verified, wrong+plain.wrong
		}()
		m := liveModel{model: plain, serving: serveOn(t, plain.w, sealed.New(node, s.key))}
		m.live.Chain = plain.w.Chain // the model looks for each act at the end of all lines, and two chains may have one time there
		behind := false
		m.perform = func(t *rapid.T, x act) done {
			if m.sees.view == nil && rapid.Bool().Draw(t, "by the node") {
				d := perform(t.Context(), m.live.Authority, x)
				behind = false // with its own commit it knows of all before
				m.knows(t)
				return d
			}
			behind = true
			return perform(t.Context(), plain.w.Authority, x)
		}
		m.hear = func(t *rapid.T) {
			if behind {
				hears(t, node, s.store)
				behind = false
			}
		}
		m.run(t)
	})
}

// knows has the live one judge all tokens at once, before it can have heard of anything, and looks at the store then.
func (m liveModel) knows(t *rapid.T) {
	t.Helper()
	type verdict struct {
		token.Reason
		err error
	}
	said := make([]verdict, len(m.tokens))
	for i, k := range m.tokens {
		said[i].Reason, said[i].err = m.asked(k.raw)
	}
	for i, k := range m.tokens {
		m.judged(t, k, said[i].Reason, said[i].err)
	}
}

// follow has a store followed until it is ended.
func follow(t *rapid.T, s *etcd.Store) (end func()) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx, "node") }()
	return func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatalf("follow: %v", err)
		}
	}
}

// hears waits until a node has heard of all that is in the store.
func hears(t *rapid.T, node *etcd.Store, store kv.Store) {
	t.Helper()
	want, err := store.Rev()
	if err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		got, err := node.Rev()
		if err == nil && got >= want {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("the node has heard of %d, %v, and %d is there", got, err, want)
		}
	}
}
