//go:build etcd

package etcd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// Update runs fn and commits what it wrote, if all that it read is still so, and else runs it again. A fn that writes
// nothing costs no commit.
func (s *Store) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx) // select would flip a coin
	}
	ctx, stop := s.bounded(ctx)
	defer stop()
	select {
	case s.turn <- struct{}{}: // one at a time: those of one process would only lose races to each other
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return 0, gaveUp(ctx, fmt.Errorf("%w, held by this process", kv.ErrBusy))
	}
	u := &update{s: s, ctx: ctx, fn: fn}
	defer u.leave()
	return u.run()
}

// An update is one Update that has its turn.
type update struct {
	s       *Store
	ctx     context.Context // ends when it was waited for long enough
	fn      func(kv.Tx) error
	lost    int    // races
	mine    string // value of keys.alone while this update has the store to itself
	blocked bool   // the last race was lost to one that has the store to itself
}

// lostOften is after how many lost races an Update asks for the store to itself, so that none starves.
const lostOften = 8

// run tries until there is a commit.
func (u *update) run() (kv.Rev, error) {
	for {
		c, err := u.collect()
		switch {
		case errors.Is(err, errCompacted) && u.ctx.Err() == nil: // and with it what fn was reading
			continue
		case err != nil:
			return 0, err
		case c.overlay.Empty():
			return c.reader.watch, nil
		}
		if u.mine == "" && c.many() {
			if err := u.aside(true); err != nil {
				return 0, err
			}
			continue
		}
		rev, err := u.commit(c)
		if err != errLost {
			return rev, err
		}
		u.lost++
		if err := u.again(); err != nil {
			return 0, err
		}
	}
}

// again waits for the next try.
func (u *update) again() error {
	if u.blocked || u.lost >= lostOften {
		return u.aside(u.lost >= lostOften)
	}
	if !pause(u.ctx, u.lost) {
		return gaveUp(u.ctx, u.busy())
	}
	return nil
}

func (u *update) busy() error { return fmt.Errorf("%w: lost %d races to others", kv.ErrBusy, u.lost) }

// collected is what fn has read and written.
type collected struct {
	reader  *reader
	overlay *kv.Overlay
	touched []string // watched names among what it wrote
	fresh   bool     // the store is to be made with it
}

// Members take 128 conditions and 128 operations in a transaction; those within it count with those around it.
const (
	mostClaims = 110
	some       = 60
)

// many tells whether there are more claims than can be conditions. Who has the store to itself needs none.
func (c collected) many() bool {
	n := c.reader.noted.len()
	return n > mostClaims || n > some && len(slices.Collect(maps.Keys(maps.Collect(c.overlay.Writes())))) > some
}

func (u *update) collect() (c collected, err error) {
	c.reader = &reader{s: u.s, ctx: u.ctx, noted: newClaims()}
	defer func() { c.reader.over = true }()
	c.overlay = kv.NewOverlay(c.reader)
	if u.fn != nil {
		if err := u.fn(c.overlay); err != nil {
			return c, err
		}
	}
	c.touched = c.overlay.Watched()
	return c, c.reader.pinned() // so that a cluster that cannot be reached is no commit that nobody knows of
}

// request makes the commit. tx is the value that keys.tx gets.
func (u *update) request(c collected, tx string) request {
	k := u.s.keys
	r := request{
		when:   []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(k.tx), "=", u.s.lastTx), u.s.isStore(c)},
		then:   []clientv3.Op{clientv3.OpPut(k.tx, tx)},
		orElse: []clientv3.Op{clientv3.OpGet(k.tx), clientv3.OpGet(k.marker), clientv3.OpGet(k.alone)}, // see learn
	}
	if c.fresh {
		r.then = append(r.then, clientv3.OpPut(k.marker, rand.Text()))
	}
	if c.touched != nil || c.fresh {
		r.then = append(r.then, clientv3.OpPut(k.watch, encodeNames(c.touched)))
	}
	if u.mine == "" {
		r.when = append(r.when, clientv3.Compare(clientv3.CreateRevision(k.alone), "=", 0))
		r.when = append(r.when, c.reader.noted.conditions(c.reader.rev)...)
	} else { // nobody else has written since it was read
		r.when = append(r.when, clientv3.Compare(clientv3.Value(k.alone), "=", u.mine))
		r.then = append(r.then, clientv3.OpDelete(k.alone))
	}
	r.then = append(r.then, nested(u.s.writes(c.overlay))...)
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
