package cmd

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// count yields 0, 1, 2, … and notes how far it was asked.
func count(n int, asked *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			asked.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

// The results come in the order of the values, however long each takes.
func TestInOrderKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []int
		for out := range inOrder(t.Context(), count(1000, new(atomic.Int64)), func(_ context.Context, i int) int {
			time.Sleep(time.Duration((i*7919)%13) * time.Millisecond)
			return i * 2
		}) {
			got = append(got, out)
		}
		var want []int
		for i := range 1000 {
			want = append(want, i*2)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %d results: %v…", len(got), got[:min(len(got), 20)])
		}
	})
}

// Of an input without end only a little is read ahead, and nothing goes on once nobody takes the results, or ctx has ended.
func TestInOrderIsBounded(t *testing.T) {
	for name, cancels := range map[string]bool{"taker leaves": false, "ctx ends": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // which fails where a goroutine stays behind
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				var asked atomic.Int64
				taken := 0
				for range inOrder(ctx, count(1<<40, &asked), func(_ context.Context, i int) int { return i }) {
					synctest.Wait()
					if taken++; taken < 10 {
						continue
					}
					if !cancels {
						break
					}
					stop()
				}
				if ahead := asked.Load() - int64(taken); ahead > 1000 {
					t.Errorf("%d values were read ahead of %d results", ahead, taken)
				}
			})
		})
	}
}

// With each result comes whether the next one has to be waited for.
func TestInOrderSaysWhenToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(yield func(int) bool) {
			for i := range 3 {
				if !yield(i) {
					return
				}
				time.Sleep(time.Second)
			}
		}
		for out, waits := range inOrder(t.Context(), slow, func(_ context.Context, i int) int { return i }) {
			if !waits {
				t.Errorf("result %d: the next one is said to be there", out)
			}
		}
	})
}
