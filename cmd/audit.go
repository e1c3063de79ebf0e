package cmd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jotkit/userdb/audit"
)

func newAudit(e *env) *cobra.Command {
	var f audit.Filter
	var follow bool
	c := &cobra.Command{
		Use:   "audit",
		Short: "Show what was done and refused",
		Example: `  jotkit audit --since now-1h
  jotkit audit --user ada --event login --json
  jotkit audit -f`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return bare(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return e.showAudit(c.Context(), f, follow)
		},
	}
	c.Flags().Var(momentValue{&f.Since, e.now}, "since", "not before the time `T`")
	c.Flags().Var(nonEmpty{&f.User}, "user", "about or by the user `U`")
	c.Flags().Var(nonEmpty{&f.Event}, "event", "only the event `E`, such as login")
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on, and show what comes in")
	c.AddCommand(newAuditVerify(e), newAuditExport(e), newAuditPrune(e))
	return c
}

// showAudit writes the lines that are there, and with follow those to come, until it is interrupted.
func (e *env) showAudit(ctx context.Context, f audit.Filter, follow bool) error {
	a, err := e.reading(ctx)
	if err != nil {
		return err
	}
	for {
		if f, err = a.Audit(ctx, f, e.showEvent); err != nil || !follow {
			return err
		}
		if err := e.out.Flush(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(e.tick):
		}
	}
}

// eventJSON is a line of the audit for scripts.
type eventJSON struct {
	Time    time.Time         `json:"time"`
	Event   string            `json:"event"`
	Outcome string            `json:"outcome"`
	User    string            `json:"user"`
	By      string            `json:"by"`
	Detail  map[string]string `json:"detail"`
	Chain   string            `json:"chain"`
	Seq     uint64            `json:"seq"`
}

func (e *env) showEvent(l audit.Line) error {
	if e.json {
		detail := l.Detail
		if detail == nil {
			detail = map[string]string{}
		}
		return e.printLine(eventJSON{l.Time, l.Event.Event, l.Outcome, l.User, l.By, detail, l.Chain, l.Seq})
	}
	var detail []string
	for _, name := range slices.Sorted(maps.Keys(l.Detail)) {
		detail = append(detail, fmt.Sprintf("%s=%q", name, l.Detail[name]))
	}
	user := l.User
	if user == "" {
		user = "-"
	}
	line := fmt.Sprintf("%s  %-7s  %-14s  %s  by %s  %s",
		l.Time.Format(time.RFC3339), l.Outcome, l.Event.Event, user, l.By, strings.Join(detail, " "))
	return e.print(strings.TrimRight(safeText(line), " ") + "\n")
}
