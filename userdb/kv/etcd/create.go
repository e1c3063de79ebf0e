//go:build etcd

package etcd

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// Create makes a new store under a prefix, with what fill writes in it; fill may be nil. All of it is one transaction. Where
// there is a store already, the error is kv.ErrExists and nothing changes.
func Create(ctx context.Context, o Options, fill func(kv.Tx) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s := New(o)
	defer s.Close()
	if err := s.vacant(ctx); err != nil {
		return err
	}
	c := collected{overlay: kv.NewOverlay(nothing{}), reader: &reader{s: s}, fresh: true}
	if fill != nil {
		if err := fill(c.overlay); err != nil {
			return err
		}
	}
	c.touched = c.overlay.Watched()
	ctx, stop := s.bounded(ctx)
	defer stop()
	b := &batch{s: s, ctx: ctx}
	for {
		_, err := b.commit(c)
		if err != errLost {
			return err
		}
		b.lost++
		if err := b.again(); err != nil {
			return err
		}
	}
}

// vacant tells whether there is neither a store nor any records. To ask for records takes members as long as there are many, so
// they are asked only where there is no store.
func (s *Store) vacant(ctx context.Context) error {
	ops := []clientv3.Op{clientv3.OpGet(s.keys.marker)}
	for range 2 {
		resp, err := s.ask(ctx, request{then: ops})
		switch {
		case err != nil:
			return err
		case len(resp.Responses[0].GetResponseRange().Kvs) > 0:
			return fmt.Errorf("%w at %s", kv.ErrExists, s)
		case len(ops) > 1 && len(resp.Responses[1].GetResponseRange().Kvs) > 0:
			return fmt.Errorf("%w: there are records at %s, and no store", kv.ErrDamaged, s)
		}
		ops = append(ops[:1], clientv3.OpGet(s.keys.records, clientv3.WithPrefix(), clientv3.WithLimit(1), clientv3.WithKeysOnly()))
	}
	return nil
}

// nothing is what lies under the first transaction of a store.
type nothing struct{}

func (nothing) Get(string) ([]byte, error)            { return nil, kv.ErrNotFound }
func (nothing) Floor(string) (string, []byte, error)  { return "", nil, kv.ErrNotFound }
func (nothing) Before(string) (string, []byte, error) { return "", nil, kv.ErrNotFound }
