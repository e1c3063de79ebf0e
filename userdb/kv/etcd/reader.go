//go:build etcd

package etcd

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// errCompacted comes back from a read of a revision that the members have compacted meanwhile.
var errCompacted = fmt.Errorf("%w: etcd compacted the state that was being read", kv.ErrBusy)

// A reader reads the records at one revision, that of its first request, and each of them once: it is a kv.View, and what the
// Updates of a batch read.
type reader struct {
	s      *Store
	ctx    context.Context
	over   atomic.Bool
	rev    int64  // 0 before the first request
	marker int64  // revision of keys.marker
	watch  kv.Rev // revision of keys.watch; 0 where there is none

	records memo[string, record] // by name
	lasts   memo[string, record] // before what was asked for
	lists   memo[span, nameList] // of what lies in a span
}

// A record is what was found. Its name is "" where nothing was.
type record struct {
	name  string
	value []byte
	rev   int64 // with which it was written
}

// get finds the record of this name.
func (r *reader) get(name string) (record, error) {
	return r.records.once(name, func() (record, error) {
		answers, err := r.read(clientv3.OpGet(r.s.keys.records+name, r.opts()...))
		if err != nil {
			return record{}, recordError(name, err)
		}
		return r.record(answers[0]), nil
	})
}

// record is the first of an answer.
func (r *reader) record(answer *pb.RangeResponse) record {
	if len(answer.Kvs) == 0 {
		return record{}
	}
	found := answer.Kvs[0]
	return record{string(found.Key)[len(r.s.keys.records):], found.Value, found.ModRevision}
}

// opts adds the revision to the options of a read. Any member can answer for that one, which does not change, and need not ask
// the others.
func (r *reader) opts(more ...clientv3.OpOption) []clientv3.OpOption {
	if r.rev == 0 {
		return more
	}
	return append(more, clientv3.WithRev(r.rev), clientv3.WithSerializable())
}

// read sends reads in one request. The first one is linearizable and decides on the revision; it sees whether there is a
// store, too.
func (r *reader) read(ops ...clientv3.Op) ([]*pb.RangeResponse, error) {
	return r.send(request{then: ops})
}

// send sends a request that reads.
func (r *reader) send(q request) ([]*pb.RangeResponse, error) {
	if r.over.Load() {
		return nil, errOver
	}
	n, first := len(q.then), r.rev == 0
	if !first {
		if resp, err := r.s.send(r.ctx, q); err == nil {
			return ranges(resp), nil
		}
		// A member may not have got that far yet: one that has to ask the others has.
	}
	known, err := r.s.past.known()
	if err != nil {
		return nil, err
	}
	q.then = append(q.then, clientv3.OpGet(r.s.keys.marker), clientv3.OpGet(r.s.keys.watch, clientv3.WithKeysOnly()))
	resp, err := r.s.ask(r.ctx, q)
	if err == nil {
		err = r.s.past.found(known, resp.Header.Revision)
	}
	if err != nil {
		return nil, err
	}
	answers := ranges(resp)
	if first {
		err = r.pin(resp.Header.Revision, answers[n], answers[n+1])
	}
	return answers[:n], err
}

func ranges(resp *clientv3.TxnResponse) []*pb.RangeResponse {
	answers := make([]*pb.RangeResponse, len(resp.Responses))
	for i, a := range resp.Responses {
		answers[i] = a.GetResponseRange()
	}
	return answers
}

// revisionOf is that of the one record that was asked for, or 0.
func revisionOf(answer *pb.RangeResponse) int64 {
	if len(answer.Kvs) == 0 {
		return 0
	}
	return answer.Kvs[0].ModRevision
}

// pin keeps what the first request said of the store.
func (r *reader) pin(rev int64, marker, watch *pb.RangeResponse) error {
	if len(marker.Kvs) == 0 {
		return r.s.noStore()
	}
	r.rev, r.marker, r.watch = rev, revisionOf(marker), kv.Rev(revisionOf(watch))
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
func (r *reader) Get(name string) ([]byte, error) { return value(r.get(name)) }

// value is a copy of what was found: the reader may be asked again.
func value(found record, err error) ([]byte, error) {
	if err == nil && found.name == "" {
		err = kv.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return append([]byte{}, found.value...), nil
}

func recordError(name string, err error) error {
	if err == nil || errors.Is(err, kv.ErrNotFound) || errors.Is(err, kv.ErrNoStore) || errors.Is(err, context.Canceled) {
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
	defer r.over.Store(true)
	err := fn(r)
	if err == nil {
		err = r.pinned()
	}
	return err
}
