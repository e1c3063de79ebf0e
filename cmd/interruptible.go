package cmd

import "context"

// interruptible waits for fn, which blocks without a way to be told to stop, such as a read from a terminal or a pipe. It
// comes back when ctx ends, and leaves fn to end with the process.
func interruptible[T any](ctx context.Context, fn func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	end := ctx.Done() // before fn: what it begins must not be ended otherwise
	done := make(chan result, 1)
	go func() {
		value, err := fn()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-end:
		var none T
		return none, context.Cause(ctx)
	}
}
