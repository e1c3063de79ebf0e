package cmd

import (
	"encoding/json"
	"fmt"
	"strings"

	"jotkit/token"
)

// marks are the words for how a check came out.
var marks = map[token.Status]string{token.Pass: "ok", token.Fail: "FAIL", token.Skip: "-"}

// showReport writes the checks to stderr, a line each, fitted to the terminal.
func (e *env) showReport(r *token.Report) {
	if e.quiet {
		return
	}
	widest := 0
	for _, c := range r.Checks() {
		widest = max(widest, len(c.Name))
	}
	widest = min(widest, 24)
	for _, c := range r.Checks() {
		head := fmt.Sprintf("%-4s  %-*s  ", marks[c.Status], widest, safeText(c.Name))
		e.showCheck(c.Status, head, checkText(c))
	}
}

func (e *env) showCheck(status token.Status, head, text string) {
	width := 0
	if e.term.columns > 0 {
		width = max(e.term.columns-len(head), 16)
	}
	for i, line := range fold(safeText(text), width) {
		if i == 0 {
			line = e.coloured(status, head) + line
		} else {
			line = strings.Repeat(" ", len(head)) + line
		}
		fmt.Fprintln(e.errs, strings.TrimRight(line, " "))
	}
}

// checkText is what was expected and got. What passed only says what it is.
func checkText(c token.Check) string {
	switch {
	case c.Got == "":
		return c.Expected
	case c.Expected == "" || c.Status == token.Pass && c.Expected == c.Got:
		return c.Got
	}
	return fmt.Sprintf("%s (expected %s)", c.Got, c.Expected)
}

func (e *env) coloured(status token.Status, head string) string {
	const red, green, off = "\x1b[31m", "\x1b[32m", "\x1b[0m"
	mark := marks[status]
	switch {
	case !e.colour() || status == token.Skip:
		return head
	case status == token.Fail:
		return red + mark + off + head[len(mark):]
	}
	return green + mark + off + head[len(mark):]
}

// checkJSON is a check with all its fields there, empty or not.
type checkJSON struct {
	Name     string       `json:"name"`
	Status   token.Status `json:"status"`
	Expected string       `json:"expected"`
	Got      string       `json:"got"`
}

// reportJSON is the report for scripts. Claims are there once the signature is good and they are a JSON object.
type reportJSON struct {
	Valid  bool            `json:"valid"`
	Exit   int             `json:"exit"`
	Reason string          `json:"reason"`
	Checks []checkJSON     `json:"checks"`
	Header json.RawMessage `json:"header,omitempty"`
	Claims json.RawMessage `json:"claims,omitempty"`
}

func newReportJSON(r *token.Report) reportJSON {
	out := reportJSON{Valid: r.Err() == nil, Exit: statusOf(r.Reason()), Reason: exits[exitOK].Name, Header: r.Header()}
	for _, c := range r.Checks() {
		out.Checks = append(out.Checks, checkJSON{c.Name, c.Status, c.Expected, c.Got})
	}
	if reason := r.Reason(); reason != "" {
		out.Reason = string(reason)
	}
	if _, err := token.ParseObject(r.Payload()); err == nil {
		out.Claims = r.Payload()
	}
	return out
}
