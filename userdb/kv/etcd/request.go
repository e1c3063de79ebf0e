//go:build etcd

package etcd

import (
	"crypto/rand"
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// request makes the commit. tx is the value that keys.tx gets.
func (b *batch) request(c collected, tx string) request {
	k := b.s.keys
	r := request{
		when:   []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(k.tx), "=", b.s.lastTx), b.s.isStore(c)},
		then:   []clientv3.Op{clientv3.OpPut(k.tx, tx)},
		orElse: []clientv3.Op{clientv3.OpGet(k.tx), clientv3.OpGet(k.marker), clientv3.OpGet(k.alone)}, // see learn
	}
	if c.fresh {
		r.then = append(r.then, clientv3.OpPut(k.marker, rand.Text()))
	}
	if c.touched != nil || c.fresh {
		r.then = append(r.then, clientv3.OpPut(k.watch, encodeNames(c.touched)))
	}
	if b.mine == "" {
		r.when = append(r.when, clientv3.Compare(clientv3.CreateRevision(k.alone), "=", 0))
		r.when = append(r.when, c.claims.conditions(c.reader.rev)...)
	} else { // nobody else has written since it was read
		r.when = append(r.when, clientv3.Compare(clientv3.Value(k.alone), "=", b.mine))
		r.then = append(r.then, clientv3.OpDelete(k.alone))
	}
	r.then = append(r.then, nested(b.s.writes(c.overlay))...)
	r.then = append(r.then, clientv3.OpGet(k.watch, clientv3.WithKeysOnly()))
	return r
}

// isStore is the condition that there is the store that was read, or none where one is to be made.
func (s *Store) isStore(c collected) clientv3.Cmp {
	if c.fresh {
		return clientv3.Compare(clientv3.CreateRevision(s.keys.marker), "=", 0)
	}
	return clientv3.Compare(clientv3.ModRevision(s.keys.marker), "=", c.reader.marker)
}

func (s *Store) writes(o *kv.Overlay) (ops []clientv3.Op) {
	for name, value := range o.Writes() {
		if key := s.keys.records + name; value == nil {
			ops = append(ops, clientv3.OpDelete(key))
		} else {
			ops = append(ops, clientv3.OpPut(key, string(value)))
		}
	}
	return ops
}

// nested puts many writes into transactions within the transaction. More than 60 times 60 the members refuse.
func nested(ops []clientv3.Op) []clientv3.Op {
	if len(ops) <= some {
		return ops
	}
	var outer []clientv3.Op
	for part := range slices.Chunk(ops, some) {
		outer = append(outer, clientv3.OpTxn(nil, part, nil))
	}
	return outer
}
