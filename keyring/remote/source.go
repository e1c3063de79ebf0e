package remote

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"jotkit/token"
)

const (
	// leastLife is how long a set is used by the process that fetched it, whatever its server says: else one that wants
	// nothing kept would be asked for each token.
	leastLife = 30 * time.Second
	// vainPause is how long an unknown kid goes unasked for after another one was asked for in vain.
	vainPause = 30 * time.Second
	// failPause is how long a failure stands for those who ask next.
	failPause = 5 * time.Second
)

// A Source is where the keys of one issuer come from. It may be used by many goroutines at once: they wait for one request
// together, and a stranger's kid makes no more of them.
type Source struct {
	client Client
	find   func(*visit) (*url.URL, error)

	current atomic.Pointer[keySet]
	mu      sync.Mutex // guards what follows
	flight  *flight
	failed  error
	when    time.Time // of failed
}

var _ token.KeySource = (*Source)(nil)

// A keySet is what one visit found. It does not change.
type keySet struct {
	keys *token.KeySet
	from *document
	// until is how long this process uses it.
	until time.Time
}

func (k *keySet) usable(now time.Time) bool {
	return !now.Before(k.from.Fetched) && now.Before(k.until)
}

// paused tells whether an unknown kid was asked for in vain a moment ago.
func (k *keySet) paused(now time.Time) bool {
	return k.from.InVain && now.Before(k.from.Fetched.Add(vainPause))
}

// Key finds the key of this id, as token.KeySource has it. The keys are fetched at the first call, again when they are past
// their time, and once for a kid that is not among them. Where that fails the error is ErrUnavailable, ErrIssuer,
// ErrAddress or ErrNotKept: whether there is such a key is not known then.
func (s *Source) Key(ctx context.Context, kid string) (*token.Key, error) {
	for {
		set, now := s.current.Load(), s.client.now()
		if set != nil && (s.client.Offline || set.usable(now)) {
			k, err := set.keys.Key(ctx, kid)
			switch {
			case !errors.Is(err, token.ErrUnknownKey), kid == "":
				return k, err
			case s.client.Offline && !set.from.fresh(now):
				return nil, fmt.Errorf("%w: the copy from %s has no key %q, and is past its time",
					ErrNotKept, set.from.Fetched.Format(time.RFC3339), kid)
			case s.client.Offline, set.paused(now):
				return nil, err
			}
		}
		if err := s.renew(ctx, set, kid); err != nil {
			return nil, err
		}
	}
}

// Fetched is when the keys in use were fetched; zero before the first Key.
func (s *Source) Fetched() time.Time {
	if set := s.current.Load(); set != nil {
		return set.from.Fetched
	}
	return time.Time{}
}

// A flight is one visit that callers wait for together.
type flight struct {
	done chan struct{}
	err  error
}

// renew replaces a set, or waits for who is at it already. It goes on without its caller: others may be waiting too.
func (s *Source) renew(ctx context.Context, old *keySet, kid string) error {
	f, err := s.join(ctx, old, kid)
	if f == nil {
		return err
	}
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// join finds the flight to wait for, or starts one. There is none to wait for where the old set has been replaced already, or
// where the last flight failed a moment ago.
func (s *Source) join(ctx context.Context, old *keySet, kid string) (*flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.client.now().Sub(s.when)
	switch {
	case s.current.Load() != old:
		return nil, nil
	case s.failed != nil && 0 <= since && since < failPause:
		return nil, s.failed
	case s.flight == nil:
		s.flight = &flight{done: make(chan struct{})}
		go s.fly(context.WithoutCancel(ctx), s.flight, old, kid)
	}
	return s.flight, nil
}

func (s *Source) fly(ctx context.Context, f *flight, old *keySet, kid string) {
	set, err := s.fetch(ctx, old, kid)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.current.Store(set)
	}
	s.failed, s.when = err, s.client.now()
	s.flight, f.err = nil, err
	close(f.done)
}

// fetch gets the set anew: from a copy or the network where there is none in use or it is past its time, and from the
// network alone where it has no key of this kid. What was asked for just now and has none either starts the pause.
func (s *Source) fetch(ctx context.Context, old *keySet, kid string) (*keySet, error) {
	anew := old != nil && old.usable(s.client.now())
	set, err := s.client.visit(ctx, anew, s.find)
	if err != nil {
		return nil, err
	}
	doc := set.from
	set.until = doc.Until
	if !doc.asked {
		return set, nil
	}
	if least := doc.Fetched.Add(leastLife); set.until.Before(least) {
		set.until = least
	}
	if _, err := set.keys.Key(ctx, kid); kid != "" && errors.Is(err, token.ErrUnknownKey) {
		doc.InVain = true
		s.client.keep(doc)
	}
	return set, nil
}
