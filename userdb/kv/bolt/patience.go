package bolt

import (
	"context"
	"time"

	"jotkit/userdb/kv"
)

// A patience is how long a transaction waits for others, from the first wait on. Most find nobody before them, so the
// context that ends with it is made by who has to wait: it costs, and so may the caller's, on which it hangs.
type patience struct {
	ctx  context.Context // the caller's
	wait time.Duration
	ends context.Context // nil until somebody waits
	stop context.CancelFunc
}

func (s *Store) patience(ctx context.Context) *patience { return &patience{ctx: ctx, wait: s.wait} }

// waiting is a context that ends when the store has been waited for long enough, or the caller's does.
func (p *patience) waiting() context.Context {
	if p.ends == nil {
		p.ends, p.stop = context.WithTimeoutCause(p.ctx, p.wait, kv.ErrBusy)
	}
	return p.ends
}

// over tells whether there is none left.
func (p *patience) over() bool {
	return p.ctx.Err() != nil || p.ends != nil && p.ends.Err() != nil
}

// end gives back what a wait has taken.
func (p *patience) end() {
	if p.stop != nil {
		p.stop()
	}
}
