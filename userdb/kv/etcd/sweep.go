//go:build etcd

package etcd

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	sweepAtOnce = 8
	sweepAfter  = 24 * time.Hour // many times what settling may take
)

// sweep deletes what this client has for itself, and a few of what others left behind who were killed. What does not get
// done, a later client does.
func (s *Store) sweep(ctx context.Context) {
	oldest := []clientv3.OpOption{clientv3.WithPrefix(), clientv3.WithLimit(sweepAtOnce),
		clientv3.WithSort(clientv3.SortByModRevision, clientv3.SortAscend)}
	resp, err := s.send(ctx, request{then: []clientv3.Op{clientv3.OpDelete(s.keys.tx), clientv3.OpGet(s.keys.txs, oldest...)}})
	if err != nil {
		return
	}
	before := s.o.Now().Add(-sweepAfter).Unix()
	for _, left := range resp.Responses[1].GetResponseRange().Kvs {
		if stamped(left.Value) < before {
			_ = s.remove(ctx, string(left.Key), left.ModRevision)
		}
	}
}
