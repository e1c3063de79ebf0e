package cmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jotkit/token"
)

// A batch is some lines of the input, and what was found out about them.
type batch struct {
	first int    // the number of the first line, from 1
	lines string // each with its end, but for the last one of the input
	text  []byte // the verdicts, a line of JSON for each line that is not blank
	sum   verdicts
	err   error // why there is no verdict about the line after those
}

// examined finds the verdicts, up to the first line about which there can be none.
func (b *batch) examined(ctx context.Context, examine examiner) *batch {
	number := b.first
	for line := range strings.Lines(b.lines) {
		if ctx.Err() != nil {
			b.err = context.Cause(ctx)
			return b
		}
		if raw, ok := tokenOfLine(line); ok {
			if err := b.add(ctx, number, raw, examine); err != nil {
				b.err = fmt.Errorf("line %d: %w", number, err)
				return b
			}
		}
		number++
	}
	return b
}

func (b *batch) add(ctx context.Context, number int, raw string, examine examiner) error {
	report, err := examine(ctx, raw)
	if err != nil {
		return err
	}
	reason := report.Reason()
	b.sum.add(reason)
	b.text, err = appendVerdict(b.text, number, reason, examinedClaims(report, reason))
	return err
}

// examinedClaims are the claims of a token as it has them, or nil where its signature is not good or its payload no JSON
// object. That it is one was seen when the claims were examined, and the other reasons are about those.
func examinedClaims(r *token.Report, reason token.Reason) []byte {
	payload := r.Payload()
	if reason == token.Malformed {
		if _, err := token.ParseObject(payload); err != nil {
			return nil
		}
	}
	return payload
}

// appendVerdict appends the verdict about a line, as a line of JSON: line, valid, exit, reason, claims. It is fit for a
// terminal, as what printLine writes is.
func appendVerdict(to []byte, number int, reason token.Reason, claims []byte) ([]byte, error) {
	name := string(reason)
	if reason == "" {
		name = exits[exitOK].Name
	}
	to = strconv.AppendInt(append(to, `{"line":`...), int64(number), 10)
	to = strconv.AppendBool(append(to, `,"valid":`...), reason == "")
	to = strconv.AppendInt(append(to, `,"exit":`...), int64(statusOf(reason)), 10)
	to = append(append(append(to, `,"reason":"`...), name...), '"')
	if len(claims) > 0 {
		var err error
		if to, err = appendClaims(append(to, `,"claims":`...), claims); err != nil {
			return to, err
		}
	}
	return append(to, '}', '\n'), nil
}

// appendClaims appends JSON without the blanks between its values, and what steers a terminal written out.
func appendClaims(to, claims []byte) ([]byte, error) {
	if asIs(claims) {
		return append(to, claims...), nil
	}
	text, err := jsontext.AppendFormat(nil, claims, jsontext.PreserveRawStrings(true))
	return append(to, safeJSON(text)...), err
}

// asIs tells whether JSON is ASCII that shows, without blanks between its values, as nearly all claims are.
func asIs(text []byte) bool {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c < 0x20 || c >= 0x7f || c == ' ' && !quoted:
			return false
		case c == '"':
			quoted = !quoted
		case c == '\\':
			i++ // whatever is escaped ends no string
		}
	}
	return true
}
