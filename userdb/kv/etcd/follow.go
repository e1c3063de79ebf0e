//go:build etcd

package etcd

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// beatEvery is how often a follower writes its beat. Its news are as old as the last one that came back to it: a member that
// is cut off from the others goes on answering, but it brings no beats.
const beatEvery = 500 * time.Millisecond

// Follow hears of every watched commit, so that [Store.Rev] knows without asking, until ctx is over. node is what this process
// is called among those that share the store. It is for one caller at a time. What is wrong with the cluster is no error: it
// shows in Rev, and following goes on when the cluster does.
func (s *Store) Follow(ctx context.Context, node string) error {
	if node == "" || kv.CheckName(node) != nil {
		return fmt.Errorf("%w: node %q", kv.ErrName, node)
	}
	s.news.follow(true)
	defer s.news.follow(false)
	f := &follower{s: s, key: s.keys.beat + node, sent: map[uint64]time.Time{}}
	var beats sync.WaitGroup
	beats.Go(func() { f.beats(ctx) })
	defer beats.Wait()
	for tries := 0; pause(ctx, tries); tries++ {
		if f.hear(ctx) {
			tries = 0
		}
	}
	return context.Cause(ctx)
}

// A follower is one Follow.
type follower struct {
	s   *Store
	key string // of its beat

	mu      sync.Mutex
	written int64                // revision of the last beat, as far as that is known; 0 before the first
	last    uint64               // number of the last beat
	sent    map[uint64]time.Time // beats that have not come back
}

// beats writes a beat every so often, one after the other. It does not matter when one does not arrive.
func (f *follower) beats(ctx context.Context) {
	t := time.NewTicker(beatEvery)
	defer t.Stop()
	for {
		f.write(ctx)
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// write writes a beat over the last one.
func (f *follower) write(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, StaleAfter/2)
	defer stop()
	for range 2 { // the last one may be of another process of this name, which would always come first else
		if f.writeOver(ctx, f.lastWritten()) {
			return
		}
	}
}

// writeOver writes a beat if the last one is of this revision, and returns false when there was another one.
func (f *follower) writeOver(ctx context.Context, before int64) bool {
	r := request{
		when:   []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(f.s.keys.marker), ">", 0)},
		then:   []clientv3.Op{clientv3.OpPut(f.key, f.beat())},
		orElse: []clientv3.Op{clientv3.OpGet(f.key, clientv3.WithKeysOnly())},
	}
	if before > 0 {
		r.when = append(r.when, clientv3.Compare(clientv3.ModRevision(f.key), "=", before))
	}
	resp, err := f.s.send(ctx, r)
	if err != nil {
		return true // who knows
	}
	if resp.Succeeded {
		f.found(0, resp.Header.Revision)
	} else {
		f.found(before, revisionOf(resp.Responses[0].GetResponseRange()))
	}
	return resp.Succeeded
}

func (f *follower) lastWritten() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.written
}

// found takes note of the revision of the last beat. It may be of one that was not answered, or of another process of this name;
// but where it is from before one that was known, the members were restored from an older copy. Their own revision would not
// tell, when they have come further since.
func (f *follower) found(known, is int64) {
	if is < known {
		f.s.past.lost(is, known)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written = is
}

// keptBeats is how many beats may be under way. Older ones are forgotten.
const keptBeats = 100

// beat notes a beat as sent now, and returns its value.
func (f *follower) beat() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.sent[f.last] = f.s.o.Now()
	delete(f.sent, f.last-keptBeats)
	return f.s.id + " " + strconv.FormatUint(f.last, 10)
}

// back finds out when a beat was sent that has come back. That of another process of this name is not known.
func (f *follower) back(e *clientv3.Event) (at time.Time, mine bool) {
	id, number, _ := strings.Cut(string(e.Kv.Value), " ")
	n, err := strconv.ParseUint(number, 10, 64)
	if id != f.s.id || err != nil {
		return time.Time{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written = max(f.written, e.Kv.ModRevision) // it may not have been answered
	at, mine = f.sent[n]
	for older := range f.sent {
		if older <= n {
			delete(f.sent, older)
		}
	}
	return at, mine
}

// hear asks for the revision of now and watches from there on, until the watch ends or brings nothing for too long. The client
// resumes a watch whose connection was cut by itself, from the revision after the last that came. It returns whether there was
// any news.
func (f *follower) hear(ctx context.Context) bool {
	ctx, stop := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer stop()
	way, err := f.s.connect()
	if err != nil {
		f.s.news.none(err)
		return false
	}
	from, err := f.resync(ctx)
	if err != nil {
		f.s.news.none(err)
		f.s.ways.leave(way)
		return false
	}
	if way, err = f.s.connect(); err != nil { // by which it was answered in the end
		return false
	}
	defer func() {
		if ctx.Err() == nil {
			f.s.ways.leave(way)
		}
	}()
	w := clientv3.NewWatcher(way.Client)
	defer w.Close()
	watch := w.Watch(ctx, f.s.keys.news, clientv3.WithPrefix(), clientv3.WithRev(from))
	check := time.NewTicker(beatEvery)
	defer check.Stop()
	for {
		select {
		case resp, open := <-watch:
			if !open || resp.Err() != nil {
				return true
			}
			if f.take(resp.Events) != nil {
				return false
			}
		case <-check.C:
			if f.s.Lag() > StaleAfter/2 { // while there is time to find another member
				return true
			}
		case <-ctx.Done():
			return true
		}
	}
}

// resync asks for the revision of now, and returns from which one on to watch.
func (f *follower) resync(ctx context.Context) (from int64, err error) {
	at, before := f.s.o.Now(), f.lastWritten()
	ctx, stop := context.WithTimeout(ctx, StaleAfter/2)
	defer stop()
	r := &reader{s: f.s, ctx: ctx}
	answers, err := r.read(clientv3.OpGet(f.key, clientv3.WithKeysOnly()))
	if err != nil {
		return 0, err
	}
	if is := revisionOf(answers[0]); is < before {
		f.s.past.lost(is, before)
		return 0, ErrRestored
	}
	f.s.news.resync(r.watch, at)
	return r.rev + 1, nil
}

// take takes the events in, in their order: when a beat has come back, so has all that was committed before it was sent.
func (f *follower) take(events []*clientv3.Event) error {
	for _, e := range events {
		f.s.past.saw(e.Kv.ModRevision)
		switch key := string(e.Kv.Key); {
		case key == f.s.keys.watch:
			names, err := announced(e)
			if err != nil {
				return err
			}
			f.s.news.announce(announcement{kv.Rev(e.Kv.ModRevision), names})
		case key == f.key && e.Type != clientv3.EventTypeDelete:
			if at, mine := f.back(e); mine {
				f.s.news.seen(at)
			}
		}
	}
	return nil
}
