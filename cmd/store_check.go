package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

var (
	// errStoreFaults comes back when a check of the store has found something that does not hold.
	errStoreFaults = errors.New("the store is not well")
	// errStoreWarnings comes back when it has found nothing worse than what is to be seen to.
	errStoreWarnings = errors.New("the store needs looking after")
)

func newStoreCheck(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check store, seal key, files, clock and keys",
		Long: `Check store, seal key, files, clock and keys.

Each check says what was found, and below it the command that
mends it. With -q only what is not well is shown. Nothing is ever
written, and what can still be told of a damaged store is told.

Exit status: 0 all is well, 3 something failed, 7 there are
warnings alone.`,
		Example: `  jotkit store check
  jotkit store check -q
  jotkit store check --json | jq -r '.[] | select(.status != "ok") | .mend'`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			x, err := e.examineStore(c.Context())
			if err != nil {
				return err
			}
			return e.showHealth(x.found)
		},
	}
}

// How a check came out.
const (
	healthy = "ok"
	warned  = "warn"
	failed  = "fail"
)

// A healthJSON is one check of the store, for people and for scripts.
type healthJSON struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok, warn or fail
	Detail string `json:"detail"`
	Mend   string `json:"mend"` // a line for the shell, or ""
}

// showHealth writes the checks: as JSON to stdout, or to stderr, as verify does with its report. The last line is the sum.
func (e *env) showHealth(found []healthJSON) error {
	fails, warnings := 0, 0
	for _, h := range found {
		switch h.Status {
		case failed:
			fails++
		case warned:
			warnings++
		}
		if !e.json && (!e.quiet || h.Status != healthy) {
			e.showHealthRow(h)
		}
	}
	if e.json {
		if err := e.printReport(found); err != nil {
			return err
		}
	}
	sum := fmt.Sprintf("%s, %s, %s", counted(len(found), "check"), counted(fails, "failure"), counted(warnings, "warning"))
	switch {
	case fails > 0:
		return &hintedError{fmt.Errorf("%w: %s", errStoreFaults, sum), e.wayOut(found, failed)}
	case warnings > 0:
		return &hintedError{fmt.Errorf("%w: %s", errStoreWarnings, sum), e.wayOut(found, warned)}
	}
	e.note("all is well: %s", counted(len(found), "check"))
	return nil
}

// wayOut is the first thing to do.
func (e *env) wayOut(found []healthJSON, worst string) string {
	for _, h := range found {
		if h.Status == worst && h.Mend != "" {
			return "begin with: " + h.Mend
		}
	}
	if worst == warned {
		return "the lines above say what to do"
	}
	for _, h := range found {
		if h.Name == "seal key" && h.Status == failed {
			return "begin with the seal key, from where you keep its copy; nothing was written"
		}
	}
	return "compare it with a backup; nothing was written"
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// showHealthRow writes one check, fitted to the terminal. What mends it stays whole, so that it can be copied.
func (e *env) showHealthRow(h healthJSON) {
	mark := h.Status
	if mark == failed {
		mark = "FAIL"
	}
	head := fmt.Sprintf("%-4s  %-11s  ", mark, h.Name)
	margin := strings.Repeat(" ", len(head))
	width := 0
	if e.term.columns > 0 {
		width = max(e.term.columns-len(head), 16)
	}
	for i, line := range fold(safeText(h.Detail), width) {
		if i == 0 {
			fmt.Fprintln(e.errs, strings.TrimRight(e.painted(h.Status, head)+line, " "))
		} else {
			fmt.Fprintln(e.errs, margin+line)
		}
	}
	if h.Mend != "" {
		fmt.Fprintf(e.errs, "%s$ %s\n", margin, safeText(h.Mend))
	}
}

func (e *env) painted(status, head string) string {
	const red, yellow, green, off = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"
	if !e.colour() {
		return head
	}
	colour := map[string]string{healthy: green, warned: yellow, failed: red}[status]
	return colour + head[:4] + off + head[4:]
}

// An examination looks at a store and at what is around it.
type examination struct {
	*env
	p     place
	ctx   context.Context
	found []healthJSON
}

func (x *examination) well(name, format string, args ...any) {
	x.found = append(x.found, healthJSON{name, healthy, fmt.Sprintf(format, args...), ""})
}

func (x *examination) warn(name, mend, format string, args ...any) {
	x.found = append(x.found, healthJSON{name, warned, fmt.Sprintf(format, args...), mend})
}

func (x *examination) fail(name, mend, format string, args ...any) {
	x.found = append(x.found, healthJSON{name, failed, fmt.Sprintf(format, args...), mend})
}

// examineStore runs all checks. The errors are those of a store that is not there, is held by others, or has been left
// with Ctrl-C; whatever else is wrong is a check that fails.
func (e *env) examineStore(ctx context.Context) (*examination, error) {
	p, err := e.existingPlace(ctx)
	if err != nil {
		return nil, err
	}
	x := &examination{env: e, p: p, ctx: ctx}
	if err := x.inside(); err != nil {
		return x, err
	}
	x.files()
	x.disk()
	x.leftovers()
	return x, ctx.Err()
}

// self is a command line of jotkit for the same store.
func (e *env) self(words ...string) string {
	line := "jotkit"
	for _, w := range words {
		line += " " + shellWord(w)
	}
	if e.store != "" {
		line += " --store " + shellWord(e.store)
	}
	if e.sealKey != "" {
		line += " --seal-key-file " + shellWord(e.sealKey)
	}
	return line
}
