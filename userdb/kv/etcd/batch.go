//go:build etcd

package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"jotkit/userdb/kv"
)

// A batch is jobs that have their turn together, and are committed in one transaction.
type batch struct {
	s       *Store
	ctx     context.Context // ends when the time of one of them is over, or none is wanted any more
	jobs    []*job
	lost    int    // races
	mine    string // value of keys.alone while this batch has the store to itself
	blocked bool   // the last race was lost to one that has the store to itself
}

// commitTogether brings jobs to their end. When the time of one is over, the others have another turn.
func (s *Store) commitTogether(turn []*job) {
	ctx, stop := whileWanted(turn)
	defer stop()
	b := &batch{s: s, ctx: ctx, jobs: turn}
	ends, err := b.run()
	b.leave()
	var again []*job
	for i, j := range b.jobs {
		switch {
		case err == nil:
			j.end <- ends[i]
		case ctx.Err() != nil && j.ctx.Err() == nil && !errors.Is(err, ErrUnknown):
			again = append(again, j)
		default:
			j.end <- outcome{err: b.told(j, err)}
		}
	}
	s.jobs.back(again)
}

// told is the error of a batch as a job is told it that is not wanted any more: each for its own reason.
func (b *batch) told(j *job, err error) error {
	switch {
	case b.ctx == j.ctx || j.ctx.Err() == nil:
		return err
	case errors.Is(err, ErrUnknown) && context.Cause(j.ctx) != errWaited:
		return fmt.Errorf("%w: %w", err, context.Cause(j.ctx))
	case errors.Is(err, ErrUnknown):
		return err
	}
	return gaveUp(j.ctx, err)
}

// whileWanted is a context that ends when the time of one of some jobs is over, or when none is wanted any more. One that is
// not wanted does not end it: who comes and goes would keep others from their end.
func whileWanted(turn []*job) (context.Context, context.CancelFunc) {
	if len(turn) == 1 {
		return turn[0].ctx, func() {}
	}
	first := slices.MinFunc(turn, func(a, b *job) int { return a.deadline().Compare(b.deadline()) })
	ctx, stop := context.WithDeadlineCause(context.Background(), first.deadline(), errWaited)
	ctx, end := context.WithCancelCause(ctx)
	var left atomic.Int64
	left.Store(int64(len(turn)))
	for _, j := range turn {
		context.AfterFunc(j.ctx, func() { // in the end its Update returns, and so ends it
			if left.Add(-1) == 0 {
				end(errWaited) // for its own reason: see told
			}
		})
	}
	return ctx, func() { end(nil); stop() }
}

// lostOften is after how many lost races a batch asks for the store to itself, so that none starves.
const lostOften = 8

// run tries until there is a commit, and returns what became of each job.
func (b *batch) run() ([]outcome, error) {
	for {
		c, err := b.collect()
		switch {
		case errors.Is(err, errCompacted) && b.ctx.Err() == nil: // and with it what was being read
			continue
		case err != nil:
			return nil, err
		case c.overlay.Len() == 0:
			return c.outcomes(c.reader.watch), nil
		}
		if b.mine == "" && tooMany(c.claims.len(), c.overlay.Len()) {
			if err := b.aside(true); err != nil {
				return nil, err
			}
			continue
		}
		rev, err := b.commit(c)
		switch {
		case err == nil:
			b.s.jobs.met(false)
			return c.outcomes(rev), nil
		case errors.Is(err, ErrTooLarge) && len(b.jobs) > 1: // together
			b.s.jobs.fits(1)
			b.first(1)
			continue
		case err != errLost:
			return nil, err
		}
		b.lost++
		b.s.jobs.met(true)
		b.first((len(b.jobs) + 1) / 2)
		if err := b.again(); err != nil {
			return nil, err
		}
	}
}

// first keeps so many of the jobs. The others have their turn later.
func (b *batch) first(n int) {
	b.s.jobs.back(b.jobs[n:])
	b.jobs = b.jobs[:n]
}

// again waits for the next try.
func (b *batch) again() error {
	if b.blocked || b.lost >= lostOften {
		return b.aside(b.lost >= lostOften)
	}
	if !pause(b.ctx, b.lost) {
		return gaveUp(b.ctx, b.busy())
	}
	return nil
}

func (b *batch) busy() error {
	if b.lost == 0 {
		return kv.ErrBusy
	}
	return fmt.Errorf("%w: lost %d races to others", kv.ErrBusy, b.lost)
}

// collected is what the jobs of a batch have read and written.
type collected struct {
	reader  *reader
	claims  claims
	overlay *kv.Overlay
	errs    []error  // what each fn returned
	touched []string // watched names among what they wrote
	fresh   bool     // the store is to be made with it
}

// outcomes is what becomes of the jobs with the commit. One that was refused has seen what those before it wrote, and so
// is not told before that has happened.
func (c collected) outcomes(rev kv.Rev) (ends []outcome) {
	for _, err := range c.errs {
		if err != nil {
			ends = append(ends, outcome{0, err})
		} else {
			ends = append(ends, outcome{rev, nil})
		}
	}
	return ends
}

// collect runs the jobs one after the other, each over what those before it wrote. Who does not fit into the transaction any
// more has another turn.
func (b *batch) collect() (c collected, err error) {
	c = collected{reader: &reader{s: b.s, ctx: b.ctx}, claims: newClaims()}
	defer c.reader.over.Store(true)
	if len(b.jobs) > 1 {
		if err := b.readAhead(c.reader); err != nil {
			return c, err
		}
	}
	base := &claiming{reader: c.reader}
	c.overlay = kv.NewOverlay(base)
	for i := 0; i < len(b.jobs); i++ {
		base.claims = newClaims()
		own := kv.NewOverlay(c.overlay)
		switch err := b.call(b.jobs[i], own); {
		case errors.Is(err, errCompacted), b.gone(err):
			return c, err
		case err == errGone:
			b.jobs = slices.Delete(b.jobs, i, i+1)
			i--
		case i > 0 && tooMany(c.claims.with(base.claims), c.overlay.Len()+own.Len()):
			b.s.jobs.fits(i)
			b.first(i)
		default:
			c.take(own, base.claims, err)
		}
	}
	c.touched = c.overlay.Watched()
	return c, c.reader.pinned() // so that a cluster that cannot be reached is no commit that nobody knows of
}

// readAhead runs the jobs all at once, and forgets what they write: so they have read most of what they need, and do not wait
// for each other's requests.
func (b *batch) readAhead(r *reader) error {
	if err := r.pinned(); err != nil {
		return err
	}
	for _, j := range b.jobs {
		j.run <- kv.NewOverlay(r)
	}
	var why error
	b.jobs = slices.DeleteFunc(b.jobs, func(j *job) bool {
		err := <-j.ran
		if b.gone(err) {
			why = err
		}
		return err == errGone
	})
	return why
}

// gone tells whether a job has come to its end for the cluster, which did not answer for as long as it may be waited for: that
// is nothing that it would say of itself.
func (b *batch) gone(err error) bool { return b.ctx.Err() != nil && errors.Is(err, kv.ErrUnavailable) }

// call runs a job, if it is still wanted.
func (b *batch) call(j *job, tx kv.Tx) error {
	if j.ctx.Err() != nil {
		return gaveUp(j.ctx, b.busy())
	}
	return j.do(tx)
}

// take takes over what a job has read and written. What one has read that was refused has to be so, too: it may have been
// refused for what others write in the same commit.
func (c *collected) take(own *kv.Overlay, read claims, err error) {
	c.claims.add(read)
	if err == nil {
		c.overlay.Absorb(own)
	}
	c.errs = append(c.errs, err)
}

// Members take 128 conditions and 128 operations in a transaction; those within it count with those around it.
const (
	mostClaims = 110
	some       = 60
)

// tooMany tells whether there are more claims than can be conditions. Who has the store to itself needs none.
func tooMany(claims, writes int) bool {
	return claims > mostClaims || claims > some && writes > some
}
