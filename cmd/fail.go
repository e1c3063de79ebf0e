package cmd

import (
	"encoding/json"
	"fmt"
)

// fail says on stderr what went wrong and what to do next, and returns the exit status. The answer that was being made is
// dropped.
func (e *env) fail(err error) int {
	row := outcome(err)
	if row.Status == exitInterrupted {
		err = errInterrupted
	}
	hint := e.hint(err)
	if e.json {
		e.failJSON(row, err.Error(), hint)
		return row.Status
	}
	fmt.Fprintf(e.errs, "jotkit: %s\n", safeText(err.Error()))
	if hint != "" {
		fmt.Fprintf(e.errs, "hint: %s\n", safeText(hint))
	}
	return row.Status
}

func (e *env) failJSON(row exit, message, hint string) {
	type failure struct {
		Exit    int    `json:"exit"`
		Name    string `json:"name"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	}
	text, err := json.Marshal(map[string]failure{"error": {row.Status, row.Name, message, hint}})
	if err != nil {
		return // of four strings and a number
	}
	fmt.Fprintf(e.errs, "%s\n", safeJSON(text))
}

// note tells the person something beside the answer.
func (e *env) note(format string, args ...any) {
	if !e.quiet {
		fmt.Fprintf(e.errs, "%s\n", safeText(fmt.Sprintf(format, args...)))
	}
}

// warn is a note that -q does not silence.
func (e *env) warn(format string, args ...any) {
	fmt.Fprintf(e.errs, "warning: %s\n", safeText(fmt.Sprintf(format, args...)))
}
