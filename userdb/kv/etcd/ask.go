//go:build etcd

package etcd

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// A request is one transaction of etcd.
type request struct {
	when   []clientv3.Cmp
	then   []clientv3.Op
	orElse []clientv3.Op
	long   bool // it may take a member long, so no other one is asked before all the time is over
}

// send sends a request once. A member that has lost the others says so instead of taking it.
func (s *Store) send(ctx context.Context, r request) (*clientv3.TxnResponse, error) {
	way, err := s.connect()
	if err != nil {
		return nil, err
	}
	limit := s.attempt()
	if r.long {
		limit = s.o.Wait
	}
	short, stop := context.WithTimeout(clientv3.WithRequireLeader(ctx), limit)
	defer stop()
	resp, err := way.Txn(short).If(r.when...).Then(r.then...).Else(r.orElse...).Commit()
	if err != nil && final(err) == nil && ctx.Err() == nil {
		s.ways.leave(way)
	}
	return resp, err
}

// ask sends a request that does no harm when it happens twice, until a member has answered, or it was waited for long
// enough.
func (s *Store) ask(ctx context.Context, r request) (*clientv3.TxnResponse, error) {
	ctx, stop := s.bounded(ctx)
	defer stop()
	var why trouble
	began := s.o.Now()
	for tries := 0; ; tries++ {
		resp, err := s.send(ctx, r)
		if err == nil {
			s.told.Store(true)
			return resp, nil
		}
		if refused := final(err); refused != nil && ctx.Err() == nil {
			return nil, refused
		}
		why.note(err)
		if s.o.Waiting != nil && s.o.Now().Sub(began) > silence && ctx.Err() == nil && !s.told.Swap(true) {
			s.o.Waiting(why.unreachable())
		}
		if !pause(ctx, tries) {
			return nil, gaveUp(ctx, why.unreachable())
		}
	}
}

// silence is how long a request may be waited for before it is said.
const silence = time.Second
