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
func (u *update) aside(take bool) error {
	if u.mine != "" {
		return nil
	}
	name, key := rand.Text(), u.s.keys.alone
	r := request{
		when:   []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(key), "=", 0), clientv3.Compare(clientv3.CreateRevision(u.s.keys.marker), ">", 0)},
		orElse: []clientv3.Op{clientv3.OpGet(key)},
	}
	if take {
		u.mine = name // to be taken away again, whatever comes
		r.then = []clientv3.Op{clientv3.OpPut(key, name)}
	}
	var holder rivals
	defer func() { holder.forget() }()
	for {
		resp, err := u.s.ask(u.ctx, r)
		if err != nil {
			return err
		}
		if resp.Succeeded {
			return nil
		}
		found := resp.Responses[0].GetResponseRange().Kvs
		if len(found) == 0 {
			return u.s.noStore()
		}
		if string(found[0].Value) == name {
			return nil
		}
		if holder.same(u, found[0].ModRevision) {
			if err := u.s.remove(u.ctx, key, found[0].ModRevision); err != nil {
				return err
			}
		}
		if !pause(u.ctx, 3) {
			return gaveUp(u.ctx, u.busy())
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
func (h *rivals) same(u *update, rev int64) bool {
	if h.rev != rev {
		h.forget()
		h.rev = rev
		h.patience, h.stop = context.WithTimeout(u.ctx, u.s.attempt())
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

// leave gives back the store that an update had to itself and did not commit to.
func (u *update) leave() {
	if u.mine == "" {
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(u.ctx), closing)
	defer stop()
	_, _ = u.s.ask(ctx, request{ // else others find it dead
		when: []clientv3.Cmp{clientv3.Compare(clientv3.Value(u.s.keys.alone), "=", u.mine)},
		then: []clientv3.Op{clientv3.OpDelete(u.s.keys.alone)},
	})
}
