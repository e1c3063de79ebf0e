//go:build etcd

package etcd

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"jotkit/userdb/kv"
)

// StaleAfter is how old the news may be that a process judges by.
const StaleAfter = 2 * time.Second

// news is what this process has heard of the store.
type news struct {
	mu        sync.Mutex
	following bool
	rev       kv.Rev    // the newest that was announced
	asOf      time.Time // what was committed before then is in rev
	why       error     // there was nothing since; nil where nobody knows

	log   []announcement // the newest at the end
	since kv.Rev         // after that one all announcements are in log, up to its last
	more  chan struct{}  // closed when log grows or begins anew
}

// An announcement is what a watched commit touched.
type announcement struct {
	rev   kv.Rev
	names []string
}

// announce takes note of an announcement, which is the next after the last.
func (n *news) announce(a announcement) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rev = max(n.rev, a.rev)
	if n.log = append(n.log, a); len(n.log) > kv.KeptChanges {
		n.since, n.log = n.log[0].rev, n.log[1:]
	}
	n.wake()
}

// wake tells those who wait for more. mu is held.
func (n *news) wake() {
	if n.more != nil {
		close(n.more)
	}
	n.more = make(chan struct{})
}

// changes returns the names that were announced after since, up to now, if all of them were heard. Else it returns what to wait
// for; nil where waiting is of no use.
func (n *news) changes(since, now kv.Rev) (names []string, heard bool, more <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case !n.following || n.more == nil || since < n.since:
		return nil, false, nil
	case len(n.log) == 0 || n.log[len(n.log)-1].rev < now:
		return nil, false, n.more
	}
	for _, a := range n.log {
		if a.rev > since && a.rev <= now {
			names = append(names, a.names...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), true, nil
}

// raise takes note of a revision.
func (n *news) raise(rev kv.Rev) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rev = max(n.rev, rev)
}

// resync takes note of the revision that the store had at that time.
func (n *news) resync(rev kv.Rev, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rev = max(n.rev, rev)
	n.log, n.since = nil, rev
	n.upTo(at)
	n.wake()
}

// seen takes note that what was sent at that time came back.
func (n *news) seen(at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.upTo(at)
}

func (n *news) upTo(at time.Time) {
	if at.After(n.asOf) {
		n.asOf, n.why = at, nil
	}
}

// none takes note of why there are no news.
func (n *news) none(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.why = why
}

// follow begins or ends the following. Until the first news there are none.
func (n *news) follow(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.following, n.asOf = on, time.Time{}
	n.log, n.since = nil, math.MaxUint64
	n.wake()
}

func (n *news) get() (following bool, rev kv.Rev, asOf time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.following, n.rev, n.asOf
}

// Rev returns the newest revision that this process has heard of while it follows the store, or kv.ErrStale where it has not
// heard of anything for longer than [StaleAfter]. Without [Store.Follow] it asks the cluster.
func (s *Store) Rev() (kv.Rev, error) {
	if _, err := s.past.known(); err != nil {
		return 0, err
	}
	following, rev, asOf := s.news.get()
	if !following {
		r := &reader{s: s, ctx: context.Background()}
		err := r.pinned()
		return r.watch, err
	}
	if lag := s.age(asOf); lag > StaleAfter {
		return 0, s.news.stale(lag)
	}
	return rev, nil
}

// stale is the error of who judges by news that are so old.
func (n *news) stale(lag time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	err := fmt.Errorf("%w: nothing heard of it for %s", kv.ErrStale, lag.Round(100*time.Millisecond))
	if n.asOf.IsZero() {
		err = fmt.Errorf("%w: nothing heard of it yet", kv.ErrStale)
	}
	if n.why != nil {
		err = fmt.Errorf("%w: %v", err, n.why) // a text alone: it is no error of who asks
	}
	return err
}

// Lag is how old the news of the store are while this process follows it, and 0 when it does not. Where there was no news yet
// it is a very long time.
func (s *Store) Lag() time.Duration {
	following, _, asOf := s.news.get()
	if !following {
		return 0
	}
	return s.age(asOf)
}

// age is how long ago something was, by that clock which has come further: one stands still while the machine sleeps, and one
// can be set.
func (s *Store) age(at time.Time) time.Duration {
	now := s.o.Now()
	return max(now.Sub(at), now.Round(0).Sub(at.Round(0)))
}
