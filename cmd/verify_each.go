package cmd

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"runtime"

	"jotkit/token"
)

// gcBallast is how many bytes of garbage are left lying, at least, before it is collected. Nearly nothing lives here, so that
// the collector would have all cores stop every few milliseconds. It goes by how much there is, be it untouched: then it is
// no memory that the system has to give.
const gcBallast = 16 << 20

// verifyEach verifies one token a line, with a verdict a line in the same order. The exit status is that of the worst.
func (e *env) verifyEach(ctx context.Context, args []string, o verifyOptions) error {
	in, err := e.stream(ctx, "--each", args, o.from)
	if err != nil {
		return err
	}
	defer in.Close()
	examine, err := e.examiner(ctx, o)
	if err != nil {
		return err
	}
	lines := &tokenLines{in: bufio.NewReaderSize(in, lineBuffer)}
	ballast := make([]byte, gcBallast)
	defer runtime.KeepAlive(ballast)
	var sum verdicts
	p := e.progress("verifying", -1)
	examined := func(ctx context.Context, b *batch) *batch { return b.examined(ctx, examine) }
	for b, waits := range inOrder(ctx, lines.all(), examined) {
		if err = e.showBatch(b, waits); err != nil {
			break
		}
		sum.join(b.sum)
		p.step(b.sum.all)
		lines.done(b)
	}
	p.end()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err != nil:
	case lines.err != nil:
		err = lines.err
	case sum.all == 0:
		err = usagef("pipe in one token a line, or name a file with --token-file", "there is no token to verify")
	default:
		err = sum.err()
	}
	if failed := e.out.Flush(); failed != nil { // what was found out so far is there on failure too
		return failed
	}
	return err
}

// showBatch writes verdicts, and sends them off where the next ones have to be waited for: whoever reads may be waiting too.
func (e *env) showBatch(b *batch, waits bool) error {
	_, err := e.out.Write(b.text)
	if err == nil && waits {
		err = e.out.Flush()
	}
	return cmp.Or(err, b.err)
}

// verdicts count how many tokens came out.
type verdicts struct {
	all, refused int
	worst        token.Reason
}

func (s *verdicts) add(reason token.Reason) {
	s.all++
	if reason != "" {
		s.refused++
	}
	if reason.Worse(s.worst) {
		s.worst = reason
	}
}

// join takes in those about other tokens.
func (s *verdicts) join(other verdicts) {
	s.all += other.all
	s.refused += other.refused
	if other.worst.Worse(s.worst) {
		s.worst = other.worst
	}
}

// err is the worst verdict about all of them.
func (s *verdicts) err() error {
	if s.refused == 0 {
		return nil
	}
	err := fmt.Errorf("%w is the worst verdict, and %d of %d tokens were refused", s.worst, s.refused, s.all)
	return &hintedError{err, "each line of the answer has its reason; jotkit verify shows every check of one"}
}
