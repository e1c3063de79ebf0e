//go:build etcd

package etcd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// errLost comes back when something that was read is not so any more, and nothing was written.
var errLost = errors.New("changed meanwhile")

// commit writes what was collected, or is errLost. It goes on when the caller does not want it any more: to stop in the
// middle would be not to know.
func (b *batch) commit(c collected) (kv.Rev, error) {
	tx := b.s.stamp()
	b.s.written = true
	resp, err := b.s.send(context.WithoutCancel(b.ctx), b.request(c, tx))
	if err == nil && !resp.Succeeded {
		return 0, b.learn(resp, c.fresh)
	}
	if err == nil {
		b.s.lastTx = resp.Header.Revision
	} else {
		if refused := final(err); refused != nil && refused != errFull {
			return 0, refused
		}
		if resp, err = b.settle(tx, err); err != nil {
			return 0, err
		}
	}
	b.mine = "" // it went with the commit
	rev := watchOf(resp)
	b.s.news.raise(rev)
	b.s.past.saw(resp.Header.Revision)
	for name, value := range c.overlay.Writes() {
		if value != nil {
			b.s.far.written(name)
		}
	}
	return rev, nil
}

// watchOf reads the revision of the store from the last answer of a commit.
func watchOf(resp *clientv3.TxnResponse) kv.Rev {
	return kv.Rev(revisionOf(resp.Responses[len(resp.Responses)-1].GetResponseRange()))
}

// learn finds out why a commit was refused, from the answers to keys.tx, marker and alone.
func (b *batch) learn(resp *clientv3.TxnResponse, fresh bool) error {
	var found [3]*pb.RangeResponse
	for i := range found {
		found[i] = resp.Responses[i].GetResponseRange()
	}
	known := b.s.lastTx
	if b.s.lastTx = revisionOf(found[0]); 0 < b.s.lastTx && b.s.lastTx < known { // what is gone others may have swept
		b.s.past.lost(b.s.lastTx, known)
	}
	there := len(found[1].Kvs) > 0
	switch {
	case fresh && there:
		return fmt.Errorf("%w at %s", kv.ErrExists, b.s)
	case !fresh && !there:
		return b.s.noStore()
	}
	alone := found[2].Kvs
	if b.blocked = len(alone) > 0 && string(alone[0].Value) != b.mine; b.blocked || len(alone) == 0 {
		b.mine = "" // others took it for dead
	}
	return errLost
}

// settle finds out what has become of a commit that was not answered, or sees to it that it cannot happen any more: its
// condition is that keys.tx is as it was. It returns an answer like that of the commit, or errLost.
func (b *batch) settle(tx string, first error) (*clientv3.TxnResponse, error) {
	ctx, stop := b.grace()
	defer stop()
	k := b.s.keys
	r := request{
		when:   []clientv3.Cmp{clientv3.Compare(clientv3.Value(k.tx), "=", tx)},
		then:   []clientv3.Op{clientv3.OpGet(k.tx), clientv3.OpGet(k.watch, clientv3.WithKeysOnly())},
		orElse: []clientv3.Op{clientv3.OpPut(k.tx, b.s.stamp())},
	}
	why := trouble{first}
	for tries := 0; ; tries++ {
		resp, err := b.s.send(ctx, r)
		if err == nil && resp.Succeeded {
			b.s.lastTx = resp.Responses[0].GetResponseRange().Kvs[0].ModRevision
			return resp, nil
		}
		if err == nil {
			b.s.lastTx = resp.Header.Revision
			return nil, errLost
		}
		if final(err) == errFull {
			return b.settleFull(ctx, tx)
		}
		why.note(err)
		if !pause(ctx, tries) {
			return nil, fmt.Errorf("%w: %w", ErrUnknown, gaveUp(b.ctx, why.unreachable()))
		}
	}
}

// settleFull settles with members that take no writes any more: so the commit has happened or will not.
func (b *batch) settleFull(ctx context.Context, tx string) (*clientv3.TxnResponse, error) {
	resp, err := b.s.ask(ctx, request{then: []clientv3.Op{clientv3.OpGet(b.s.keys.tx), clientv3.OpGet(b.s.keys.watch)}})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if found := resp.Responses[0].GetResponseRange().Kvs; len(found) > 0 && string(found[0].Value) == tx {
		b.s.lastTx = found[0].ModRevision
		return resp, nil
	}
	return nil, errFull
}

// grace returns a context that lasts a little longer than that of the update.
func (b *batch) grace() (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(context.WithoutCancel(b.ctx))
	forget := context.AfterFunc(b.ctx, func() { time.AfterFunc(b.s.attempt(), stop) })
	return ctx, func() { forget(); stop() }
}

// stamp is a value of keys.tx that no other commit has: random, and when.
func (s *Store) stamp() string {
	return rand.Text() + " " + strconv.FormatInt(s.o.Now().Unix(), 10)
}

// stamped reads the time of a stamp, in seconds, and is 0 for what is none.
func stamped(value []byte) int64 {
	_, at, _ := strings.Cut(string(value), " ")
	seconds, _ := strconv.ParseInt(at, 10, 64)
	return seconds
}
