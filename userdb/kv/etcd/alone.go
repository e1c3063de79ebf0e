//go:build etcd

package etcd

import (
	"context"
	"crypto/rand"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// aside waits until nobody has the store to itself, and takes it when take is set. While keys.alone is there, no commit
// happens but that of who put it there; the commit takes it away again. So an Update that loses one race after the other, or
// has read more than can be a condition, comes to its end. It decides about fairness alone: who was slow or has died is set
// aside after a while, and if it lives it loses its race.
func (b *batch) aside(take bool) error {
	if b.mine != "" {
		return nil
	}
	name, key := rand.Text(), b.s.keys.alone
	r := request{
		when:   []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(key), "=", 0), clientv3.Compare(clientv3.CreateRevision(b.s.keys.marker), ">", 0)},
		orElse: []clientv3.Op{clientv3.OpGet(key)},
	}
	if take {
		b.mine = name // to be taken away again, whatever comes
		r.then = []clientv3.Op{clientv3.OpPut(key, name)}
	}
	var holder rivals
	defer func() { holder.forget() }()
	for {
		resp, err := b.s.ask(b.ctx, r)
		if err != nil {
			return err
		}
		if resp.Succeeded {
			return nil
		}
		found := resp.Responses[0].GetResponseRange().Kvs
		if len(found) == 0 {
			return b.s.noStore()
		}
		if string(found[0].Value) == name {
			return nil
		}
		if holder.same(b, found[0].ModRevision) {
			if err := b.s.remove(b.ctx, key, found[0].ModRevision); err != nil {
				return err
			}
		}
		if !pause(b.ctx, 3) {
			return gaveUp(b.ctx, b.busy())
		}
	}
}

// rivals is who has the store to itself, one after the other.
type rivals struct {
	rev      int64
	patience context.Context // with the one who has it
	stop     context.CancelFunc
}

// same tells whether it is one and the same for too long.
func (h *rivals) same(b *batch, rev int64) bool {
	if h.rev != rev {
		h.forget()
		h.rev = rev
		h.patience, h.stop = context.WithTimeout(b.ctx, b.s.attempt())
	}
	return h.patience.Err() != nil
}

func (h *rivals) forget() {
	if h.stop != nil {
		h.stop()
	}
}

// remove deletes a key that is still at this revision.
func (s *Store) remove(ctx context.Context, key string, rev int64) error {
	_, err := s.ask(ctx, request{
		when: []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(key), "=", rev)},
		then: []clientv3.Op{clientv3.OpDelete(key)},
	})
	return err
}

// leave gives back the store that a batch had to itself and did not commit to.
func (b *batch) leave() {
	if b.mine == "" {
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(b.ctx), closing)
	defer stop()
	_, _ = b.s.ask(ctx, request{ // else others find it dead
		when: []clientv3.Cmp{clientv3.Compare(clientv3.Value(b.s.keys.alone), "=", b.mine)},
		then: []clientv3.Op{clientv3.OpDelete(b.s.keys.alone)},
	})
}
