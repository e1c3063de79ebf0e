package cmd

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// inOrder applies fn to each value of in, on all cores, and yields the results in the order of the values. However many
// there are, only a few for each core are in memory. With each result comes whether the next one is still to be waited
// for. It ends when in does, or ctx, or whoever takes the results, and with it the ctx that fn is given; a read that in is
// blocked in is left to end with the process.
func inOrder[In, Out any](ctx context.Context, in iter.Seq[In], fn func(context.Context, In) Out) iter.Seq2[Out, bool] {
	return func(yield func(Out, bool) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		cores := runtime.GOMAXPROCS(0)
		jobs, queue := make(chan job[In, Out], cores), make(chan chan Out, 4*cores)
		go func() {
			defer close(queue)
			defer close(jobs)
			for value := range in {
				j := job[In, Out]{value, make(chan Out, 1)}
				if !send(ctx, queue, j.done) || !send(ctx, jobs, j) {
					return
				}
			}
		}()
		var workers sync.WaitGroup
		defer workers.Wait() // none uses what the caller closes next
		defer stop()
		for range cores {
			workers.Go(func() { work(ctx, jobs, fn) })
		}
		for {
			done, ok := receive(ctx, queue)
			if !ok {
				return
			}
			out, ok := receive(ctx, done)
			if !ok || !yield(out, len(queue) == 0) {
				return
			}
		}
	}
}

// A job is a value, and where its result is waited for. There is room for it: whoever works on it need not wait.
type job[In, Out any] struct {
	in   In
	done chan Out
}

func work[In, Out any](ctx context.Context, jobs <-chan job[In, Out], fn func(context.Context, In) Out) {
	for {
		j, ok := receive(ctx, jobs)
		if !ok {
			return
		}
		j.done <- fn(ctx, j.in)
	}
}

// send sends, unless ctx ends first.
func send[T any](ctx context.Context, to chan<- T, value T) bool {
	select {
	case to <- value:
		return true
	case <-ctx.Done():
		return false
	}
}

// receive receives, unless the channel is closed or ctx ends first.
func receive[T any](ctx context.Context, from <-chan T) (T, bool) {
	select {
	case value, ok := <-from:
		return value, ok
	case <-ctx.Done():
		var none T
		return none, false
	}
}
