package cmd

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb/audit"
)

func newAuditExport(e *env) *cobra.Command {
	var since time.Time
	var out string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write it as JSON, one line each",
		Long: `Write the audit as JSON, one line each, chain by chain.

A line has all that jotkit audit verify needs to find it changed;
the last one says what is in the export, so that a cut is found
too. With --since each chain begins with its first line that is
not older.`,
		Example: `  jotkit audit export --out audit.jsonl
  jotkit audit export --since now-1d | jq -c 'select(.event == "login")'`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			return e.exportAudit(c.Context(), a, since, out)
		},
	}
	c.Flags().Var(momentValue{&since, e.now}, "since", "not before the time `T`")
	c.Flags().Var(nonEmpty{&out}, "out", "write to the file `F`, for you alone to read")
	return c
}

// exportAudit writes to stdout, or into a file: then the answer is what is in it.
func (e *env) exportAudit(ctx context.Context, a *authority.Authority, since time.Time, out string) error {
	if out == "" {
		_, err := a.ExportAudit(ctx, since, func(row []byte) error { return e.print(string(row)) })
		return err
	}
	var written []audit.Span
	err := replaceWith(out, func(to io.Writer) (err error) {
		p := e.progress("exporting", -1)
		defer p.end()
		written, err = a.ExportAudit(ctx, since, p.counted(to))
		return err
	})
	if err != nil {
		return err
	}
	e.note("wrote %q", out)
	return e.showSpans(written)
}

// counted writes to a writer, and counts how often.
func (p *progress) counted(to io.Writer) func([]byte) error {
	return func(row []byte) error {
		p.step(1)
		_, err := to.Write(row)
		return err
	}
}

// spanJSON is a row of lines of a chain, for scripts.
type spanJSON struct {
	Chain string `json:"chain"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	Lines uint64 `json:"lines"`
}

func (s spanJSON) row() []string {
	return []string{s.Chain, fmt.Sprint(s.First), fmt.Sprint(s.Last), fmt.Sprint(s.Lines)}
}

func (e *env) showSpans(spans []audit.Span) error {
	items := make([]spanJSON, len(spans))
	for i, s := range spans {
		items[i] = spanJSON{s.Chain, s.First, s.Last, s.Lines()}
	}
	return list(e, items, []string{"CHAIN", "FIRST", "LAST", "LINES"}, spanJSON.row)
}
