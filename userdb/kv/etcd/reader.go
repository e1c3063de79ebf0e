//go:build etcd

package etcd

import (
	"context"
	"errors"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// errCompacted comes back from a read of a revision that the members have compacted meanwhile.
var errCompacted = fmt.Errorf("%w: etcd compacted the state that was being read", kv.ErrBusy)

// A reader reads the records at one revision, that of its first request: it is a kv.View, and what an Update lays its
// overlay on.
type reader struct {
	s      *Store
	ctx    context.Context
	over   bool
	rev    int64  // 0 before the first request
	marker int64  // revision of keys.marker
	watch  kv.Rev // revision of keys.watch; 0 where there is none
	noted  *claims
}

// opts adds the revision to the options of a read.
func (r *reader) opts(more ...clientv3.OpOption) []clientv3.OpOption {
	return append(more, clientv3.WithRev(r.rev))
}

// read sends reads in one request. The first one is linearizable and decides on the revision; it sees whether there is a
// store, too.
func (r *reader) read(ops ...clientv3.Op) ([]*pb.RangeResponse, error) {
	if r.over {
		return nil, errOver
	}
	first := r.rev == 0
	if first {
		ops = append(ops, clientv3.OpGet(r.s.keys.marker), clientv3.OpGet(r.s.keys.watch, clientv3.WithKeysOnly()))
	}
	resp, err := r.s.ask(r.ctx, request{then: ops})
	if err != nil {
		return nil, err
	}
	answers := make([]*pb.RangeResponse, len(resp.Responses))
	for i, a := range resp.Responses {
		answers[i] = a.GetResponseRange()
	}
	if !first {
		return answers, nil
	}
	n := len(answers) - 2
	return answers[:n], r.pin(resp.Header.Revision, answers[n], answers[n+1])
}

// pin keeps what the first request said of the store.
func (r *reader) pin(rev int64, marker, watch *pb.RangeResponse) error {
	if len(marker.Kvs) == 0 {
		return r.s.noStore()
	}
	r.rev, r.marker = rev, marker.Kvs[0].ModRevision
	if len(watch.Kvs) > 0 {
		r.watch = kv.Rev(watch.Kvs[0].ModRevision)
	}
	r.s.news.raise(r.watch)
	return nil
}

// pinned sees to it that there was a first request.
func (r *reader) pinned() error {
	if r.rev != 0 {
		return nil
	}
	_, err := r.read()
	return err
}

func (s *Store) noStore() error { return fmt.Errorf("%w at %s", kv.ErrNoStore, s) }

// Get returns the value of name.
func (r *reader) Get(name string) ([]byte, error) {
	key := r.s.keys.records + name
	answers, err := r.read(clientv3.OpGet(key, r.opts()...))
	if err != nil {
		return nil, recordError(name, err)
	}
	if len(answers[0].Kvs) == 0 {
		r.noted.key(key, 0)
		return nil, kv.ErrNotFound
	}
	found := answers[0].Kvs[0]
	r.noted.key(key, found.ModRevision)
	return found.Value, nil
}

func recordError(name string, err error) error {
	if errors.Is(err, kv.ErrNotFound) || errors.Is(err, kv.ErrNoStore) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("record %q: %w", name, err)
}

// View runs fn over the state at one revision, which the first read decides on.
func (s *Store) View(ctx context.Context, fn func(kv.View) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r := &reader{s: s, ctx: ctx}
	defer func() { r.over = true }()
	err := fn(r)
	if err == nil {
		err = r.pinned()
	}
	return err
}
