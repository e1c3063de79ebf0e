//go:build etcd

package etcd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// Changes returns the watched names that were touched since, as far as the members have not compacted them.
func (r *reader) Changes(since kv.Rev) (names []string, now kv.Rev, err error) {
	if err := r.pinned(); err != nil {
		return nil, 0, err
	}
	if r.over.Load() {
		return nil, 0, errOver
	}
	switch {
	case since == r.watch:
		return nil, r.watch, nil
	case since == 0 || since > r.watch:
		return nil, r.watch, compacted(since, r.watch)
	}
	names, heard := r.s.heard(r.ctx, since, r.watch)
	if !heard {
		names, err = r.s.changes(r.ctx, since, r.watch)
	}
	return names, r.watch, err
}

// hearing is how long to wait for an announcement that is on its way, before members are asked for history: they look into that
// ten times a second only.
const hearing = 100 * time.Millisecond

// heard returns what was announced after since, up to now, if this process follows the store and has heard all of it.
func (s *Store) heard(ctx context.Context, since, now kv.Rev) (names []string, heard bool) {
	ctx, stop := context.WithTimeout(ctx, hearing)
	defer stop()
	for {
		names, heard, more := s.news.changes(since, now)
		if heard || more == nil {
			return names, heard
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, false
		}
	}
}

func compacted(since, now kv.Rev) error {
	return fmt.Errorf("%w: asked since %d, at %d", kv.ErrCompacted, since, now)
}

// changes reads the history of what was announced after since, up to now, until a member has told all of it.
func (s *Store) changes(ctx context.Context, since, now kv.Rev) ([]string, error) {
	ctx, stop := s.bounded(ctx)
	defer stop()
	seen := map[string]bool{}
	var why trouble
	for tries := 0; ; tries++ {
		err := s.history(ctx, &since, now, seen)
		if err == nil && since >= now {
			return slices.Sorted(maps.Keys(seen)), nil
		}
		if refused := final(err); refused != nil {
			if errors.Is(refused, errCompacted) {
				refused = compacted(since, now)
			}
			return nil, refused
		}
		if err != nil {
			why.note(err)
		}
		if !pause(ctx, tries) {
			return nil, gaveUp(ctx, why.unreachable())
		}
	}
}

// history adds the names to seen that the watched commits after since touched, and moves since on with them.
func (s *Store) history(ctx context.Context, since *kv.Rev, now kv.Rev, seen map[string]bool) error {
	way, err := s.connect()
	if err != nil {
		return err
	}
	short, stop := context.WithTimeout(clientv3.WithRequireLeader(ctx), s.attempt())
	defer stop()
	w := clientv3.NewWatcher(way.Client)
	defer w.Close()
	for resp := range w.Watch(short, s.keys.watch, clientv3.WithRev(int64(*since)+1)) {
		if err := resp.Err(); err != nil {
			return err
		}
		for _, e := range resp.Events {
			names, err := announced(e)
			if err != nil {
				return err
			}
			for _, name := range names {
				seen[name] = true
			}
			if *since = kv.Rev(e.Kv.ModRevision); *since >= now {
				return nil
			}
		}
	}
	if ctx.Err() == nil {
		s.ways.leave(way)
	}
	return short.Err()
}

// announced reads the names of one announcement. Where the store was taken away meanwhile, what was before says nothing.
func announced(e *clientv3.Event) ([]string, error) {
	if e.Type == clientv3.EventTypeDelete {
		return nil, rpctypes.ErrCompacted
	}
	return parseNames(e.Kv.Value)
}

// encodeNames puts the length before each name: names may have any bytes.
func encodeNames(names []string) string {
	var b []byte
	for _, name := range names {
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
	}
	return string(b)
}

func parseNames(b []byte) (names []string, err error) {
	for len(b) > 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return nil, fmt.Errorf("%w: announcement of a commit", kv.ErrDamaged)
		}
		names, b = append(names, string(b[n:n+int(size)])), b[n+int(size):]
	}
	return names, nil
}
