package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"jotkit/token"
)

// verifyEach verifies one token a line, with a verdict a line in the same order. The exit status is that of the worst.
func (e *env) verifyEach(ctx context.Context, args []string, o verifyOptions) error {
	in, err := e.tokenStream(ctx, args, o.from)
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
	for v, last := range inOrder(ctx, lines.all(), func(l tokenLine) lineVerdict { return l.examined(ctx, examine) }) {
		if err = e.showLine(v, last); err != nil {
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

// tokenStream opens where many tokens come from.
func (e *env) tokenStream(ctx context.Context, args []string, from tokenInput) (io.ReadCloser, error) {
	switch {
	case len(args) > 0 && args[0] != "-":
		return nil, usagef("pipe the tokens in, or name a file with --token-file", "--each with a token as argument")
	case len(args) > 0 && from.file != "":
		return nil, usagef("leave out one of them", "stdin and --token-file")
	case from.file != "":
		return e.open(ctx, from.file)
	}
	return e.open(ctx, "-")
}

// A tokenLine is a line of the input that is not empty.
type tokenLine struct {
	number int // from 1
	raw    string
}

// tokenLines reads tokens, one a line. err is why it ended, where that was not the end of the input.
type tokenLines struct {
	in  *bufio.Reader
	err error
}

func (t *tokenLines) all() iter.Seq[tokenLine] {
	return func(yield func(tokenLine) bool) {
		for number := 1; ; number++ {
			line, err := t.next()
			if raw := tokenOfLine(line); raw != "" && !yield(tokenLine{number, raw}) {
				return
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				t.err = err
				return
			}
		}
	}
}

// next reads a line. Of one that is longer than any token the rest is passed over: what is left is too long as well.
func (t *tokenLines) next() ([]byte, error) {
	line, err := t.in.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	line = bytes.Clone(line)
	for err == bufio.ErrBufferFull {
		_, err = t.in.ReadSlice('\n')
	}
	return line, err
}

// tokenOfLine takes the token out of a line: bare, as a JSON string, or in a JSON object as mint --json and token
// endpoints write it. What is in JSON is taken as it is, line ends and all.
func tokenOfLine(line []byte) string {
	line = bytes.TrimSpace(line)
	var text string
	switch {
	case bytes.HasPrefix(line, []byte(`"`)) && json.Unmarshal(line, &text) == nil:
		return text
	case !bytes.HasPrefix(line, []byte("{")):
		return bareToken(string(line))
	}
	members, _ := token.ParseObject(line)
	for _, m := range members {
		if (m.Name == "token" || m.Name == "access_token") && json.Unmarshal(m.Value, &text) == nil {
			return text
		}
	}
	return strings.TrimSpace(string(line)) // no token, and the verdict says so
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

// showLine writes a verdict, and sends it off where the next one is still to come: whoever reads may be waiting.
func (e *env) showLine(v lineVerdict, last bool) error {
	if v.err != nil {
		return fmt.Errorf("line %d: %w", v.number, v.err)
	}
	r := newReportJSON(v.report)
	err := e.printLine(lineJSON{v.number, r.Valid, r.Exit, r.Reason, r.Claims})
	if err == nil && last {
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

func (s *verdicts) err() error {
	if s.refused == 0 {
		return nil
	}
	return &refusedError{*s}
}

// A refusedError is the worst verdict about many tokens.
type refusedError struct{ verdicts }

func (e *refusedError) Error() string {
	return fmt.Sprintf("%s is the worst verdict, and %d of %d tokens were refused", e.worst, e.refused, e.all)
}

func (e *refusedError) Unwrap() error { return e.worst }
