package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"

	"jotkit/token"
)

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
	lines := &tokenLines{in: bufio.NewReaderSize(in, maxTokenInput)}
	var sum verdicts
	p := e.progress("verifying", -1)
	for v, waits := range inOrder(ctx, lines.all(), func(l tokenLine) lineVerdict { return l.examined(ctx, examine) }) {
		if err = e.showLine(v, waits); err != nil {
			break
		}
		sum.add(v.report.Reason())
		p.step()
	}
	p.end()
	switch {
	case err != nil:
	case ctx.Err() != nil:
		err = context.Cause(ctx)
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

// A lineVerdict is what was found out about a line, or why nothing could be.
type lineVerdict struct {
	number int
	report *token.Report
	err    error
}

func (l tokenLine) examined(ctx context.Context, examine examiner) lineVerdict {
	report, err := examine(ctx, l.raw)
	return lineVerdict{l.number, report, err}
}

// lineJSON is a lineVerdict for scripts.
type lineJSON struct {
	Line   int             `json:"line"`
	Valid  bool            `json:"valid"`
	Exit   int             `json:"exit"`
	Reason string          `json:"reason"`
	Claims json.RawMessage `json:"claims,omitempty"`
}

// showLine writes a verdict, and sends it off where the next one has to be waited for: whoever reads may be waiting too.
func (e *env) showLine(v lineVerdict, waits bool) error {
	if v.err != nil {
		return fmt.Errorf("line %d: %w", v.number, v.err)
	}
	r := newReportJSON(v.report)
	err := e.printLine(lineJSON{v.number, r.Valid, r.Exit, r.Reason, r.Claims})
	if err == nil && waits {
		err = e.out.Flush()
	}
	return err
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

// err is the worst verdict about all of them.
func (s *verdicts) err() error {
	if s.refused == 0 {
		return nil
	}
	err := fmt.Errorf("%w is the worst verdict, and %d of %d tokens were refused", s.worst, s.refused, s.all)
	return &hintedError{err, "each line of the answer has its reason; jotkit verify shows every check of one"}
}
