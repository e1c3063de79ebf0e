//go:build etcd

package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"jotkit/userdb/kv"
)

// Update runs fn and commits what it wrote, if all that it read is still so, and else runs it again. A fn that writes
// nothing costs no commit. Those that wait at once in one process are committed together: one by one they would only lose
// races to each other, and each pay for a commit of its own.
func (s *Store) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx) // select would flip a coin
	}
	ctx, stop := s.bounded(ctx)
	defer stop()
	j := &job{ctx: ctx, fn: fn, run: make(chan kv.Tx), ran: make(chan error), end: make(chan outcome, 1)}
	if s.jobs.add(j) {
		go s.work()
	}
	return j.wait(&s.jobs)
}

// A job is an Update that waits for its end. Its fn runs in the goroutine of who called, however often it is wanted.
type job struct {
	ctx context.Context // ends when it was waited for long enough
	fn  func(kv.Tx) error
	run chan kv.Tx // over which fn is to run now
	ran chan error // what came of it
	end chan outcome
}

// deadline is when the job was waited for long enough.
func (j *job) deadline() time.Time {
	at, _ := j.ctx.Deadline() // there is one: see Store.bounded
	return at
}

// An outcome is what Update returns.
type outcome struct {
	rev kv.Rev
	err error
}

// errGone comes back from a job whose fn has not returned: it has panicked, or ended its goroutine.
var errGone = errors.New("function has not returned")

// wait runs fn when it is the turn of the job, until it has come to its end.
func (j *job) wait(all *jobs) (kv.Rev, error) {
	over := j.ctx.Done()
	for {
		select {
		case tx := <-j.run:
			j.call(tx)
		case end := <-j.end:
			return end.rev, end.err
		case <-over:
			if all.remove(j) {
				return 0, gaveUp(j.ctx, fmt.Errorf("%w, held by this process", kv.ErrBusy))
			}
			over = nil // it has its turn, and will be told what became of it
		}
	}
}

func (j *job) call(tx kv.Tx) {
	err := errGone
	defer func() { j.ran <- err }()
	if j.fn == nil {
		err = nil
		return
	}
	err = j.fn(tx)
}

// do has fn run over tx, and waits for it.
func (j *job) do(tx kv.Tx) error {
	j.run <- tx
	return <-j.ran
}

// jobs are those of one process, in the order in which they came.
type jobs struct {
	mu      sync.Mutex
	waiting []*job
	working bool
	atOnce  int // how many have their turn together, 1 less
}

// mostAtOnce is how many are tried to be committed together. It is as much as goes into one transaction of etcd, as a rule.
const mostAtOnce = 32

// add has a job wait for its turn, and returns whether nobody is at work.
func (q *jobs) add(j *job) (idle bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, j)
	idle, q.working = !q.working, true
	return idle
}

// remove takes a job away that has not its turn yet.
func (q *jobs) remove(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, j)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// next returns those who have their turn, or none when nobody waits: then the work ends.
func (q *jobs) next() []*job {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), q.atOnce+1)
	turn := slices.Clone(q.waiting[:n])
	q.waiting = slices.Delete(q.waiting, 0, n)
	q.working = n > 0
	return turn
}

// back has jobs wait again that had their turn, before all others.
func (q *jobs) back(again []*job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.Concat(again, q.waiting)
}

// fits adapts how many have their turn together to a transaction that took in so many of them.
func (q *jobs) fits(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.atOnce = n - 1
}

// met adapts how many have their turn together: fewer where other processes write what they read, for all lose the race
// when one does.
func (q *jobs) met(lost bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if lost {
		q.atOnce /= 2
	} else {
		q.atOnce = min(q.atOnce+q.atOnce/4+1, mostAtOnce-1)
	}
}

// work gives the jobs their turns until none is left.
func (s *Store) work() {
	for turn := s.jobs.next(); len(turn) > 0; turn = s.jobs.next() {
		s.commitTogether(turn)
	}
}
