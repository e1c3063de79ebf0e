package authority_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"jotkit/cmd/authority"
)

// gated is a world in which this many hash at once, and as many wait a minute at most; each hash takes as long as held.
func gated(t *testing.T, at, waiting int, held time.Duration) (w *world, hashes, most *atomic.Int64) {
	w = start(t)
	w.register(t, "ada")
	w.Limits = &authority.Limits{Gate: authority.NewGate(at, waiting, time.Minute)}
	var now atomic.Int64
	hashes, most = new(atomic.Int64), new(atomic.Int64)
	w.Hasher.Hashing = func() {
		hashes.Add(1)
		for n := now.Add(1); ; {
			if seen := most.Load(); n <= seen || most.CompareAndSwap(seen, n) {
				break
			}
		}
		time.Sleep(held)
		now.Add(-1)
	}
	return w, hashes, most
}

// enter has many log in at once, and counts how it ended.
func enter(ctx context.Context, w *world, many int) (in, away, other int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			_, err := w.Login(ctx, authority.LoginRequest{Name: "ada", Password: password})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				in++
			case errors.Is(err, authority.ErrOverloaded):
				away++
			default:
				other++
			}
		})
	}
	all.Wait()
	return in, away, other
}

// TestGate: so many hash at once, so many wait, and the others are turned away with no hash.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, hashes, most := gated(t, 2, 3, time.Second)
		in, away, other := enter(t.Context(), w, 20)
		if in != 5 || away != 15 || other != 0 {
			t.Errorf("%d came in, %d were turned away, %d failed, of 20; want 5, 15, 0", in, away, other)
		}
		if hashes.Load() != 5 || most.Load() != 2 {
			t.Errorf("%d hashes, %d at once", hashes.Load(), most.Load())
		}
		if in, away, other = enter(t.Context(), w, 5); in != 5 || w.Limits.Gate.Waiting() != 0 {
			t.Errorf("afterwards %d came in, %d were turned away, %d failed; %d wait", in, away, other, w.Limits.Gate.Waiting())
		}
	})
}

// TestGatePatience: who has waited for long enough is turned away.
func TestGatePatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, hashes, _ := gated(t, 1, 10, 50*time.Second)
		began := time.Now()
		in, away, other := enter(t.Context(), w, 5)
		if in != 2 || away != 3 || other != 0 { // at 0 s and 50 s; the others wait for a minute
			t.Errorf("%d came in, %d were turned away, %d failed; want 2, 3, 0", in, away, other)
		}
		if hashes.Load() != 2 || time.Since(began) != 100*time.Second {
			t.Errorf("%d hashes in %v", hashes.Load(), time.Since(began))
		}
	})
}

// TestGateCallerLeaves: who leaves the queue gives the place back, and costs no hash.
func TestGateCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, hashes, _ := gated(t, 1, 1, 10*time.Second)
		var all sync.WaitGroup
		all.Go(func() { enter(t.Context(), w, 1) })
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		all.Go(func() {
			if _, _, other := enter(ctx, w, 1); other != 1 {
				t.Error("who left was let in, or turned away")
			}
		})
		synctest.Wait()
		if w.Limits.Gate.Waiting() != 1 {
			t.Fatalf("%d wait", w.Limits.Gate.Waiting())
		}
		leave()
		synctest.Wait()
		if w.Limits.Gate.Waiting() != 0 {
			t.Errorf("%d wait", w.Limits.Gate.Waiting())
		}
		all.Wait()
		if hashes.Load() != 1 {
			t.Errorf("%d hashes", hashes.Load())
		}
	})
}

// TestGateRegistrations: a registration takes a turn as well.
func TestGateRegistrations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := gated(t, 1, 1, time.Second)
		var all sync.WaitGroup
		all.Go(func() { enter(t.Context(), w, 2) })
		synctest.Wait()
		if _, err := w.Register(t.Context(), "bob", password, nil); !errors.Is(err, authority.ErrOverloaded) {
			t.Errorf("registered while all turns were taken: %v", err)
		}
		all.Wait()
		if _, err := w.Register(t.Context(), "bob", password, nil); err != nil {
			t.Error(err)
		}
	})
}
