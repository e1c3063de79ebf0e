package cmd

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb/audit"
)

func newAuditVerify(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "verify [EXPORT...]",
		Short: "Check that no line was changed, made up or lost",
		Long: `Check that no line of the audit was changed, made up or lost.

With files that jotkit audit export or prune wrote, in any order,
their lines are checked as well, and that they go on without a
gap, from file to file and into what the store keeps.`,
		Example: `  jotkit audit verify
  jotkit audit verify audit-*.jsonl`,
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			reports, err := interruptible(c.Context(), func() ([]audit.ChainReport, error) {
				return a.VerifyAudit(c.Context(), auditExports(args)...)
			})
			if err != nil {
				return err
			}
			return e.showChains(reports)
		},
	}
}

func auditExports(names []string) (files []authority.AuditExport) {
	for _, name := range names {
		files = append(files, authority.AuditExport{
			Name: name,
			Open: func() (io.ReadCloser, error) { return os.Open(name) },
		})
	}
	return files
}

// chainJSON is how a chain was found, for scripts. The chain "" is for what belongs to none.
type chainJSON struct {
	Chain    string      `json:"chain"`
	Whole    bool        `json:"whole"`
	First    uint64      `json:"first"`
	Last     uint64      `json:"last"`
	Lines    int         `json:"lines"`    // good ones in the store
	Exported int         `json:"exported"` // good ones in the exports
	Faults   []faultJSON `json:"faults"`
}

type faultJSON struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
	What string `json:"what"`
	File string `json:"file,omitempty"`
	Row  int    `json:"row,omitempty"` // of the file
}

func (e *env) showChains(reports []audit.ChainReport) error {
	items, faults := make([]chainJSON, len(reports)), 0
	for i, r := range reports {
		items[i] = chainJSON{r.Chain, len(r.Faults) == 0, r.First, r.Last, r.Lines, r.Exported, []faultJSON{}}
		for _, f := range r.Faults {
			items[i].Faults = append(items[i].Faults, faultJSON(f))
		}
		faults += len(r.Faults)
	}
	if faults > 0 && !e.json {
		for _, r := range reports {
			for _, f := range r.Faults {
				e.warn("%s", faultText(r.Chain, f))
			}
		}
	} else if err := list(e, items, []string{"CHAIN", "FIRST", "LAST", "LINES", "EXPORTED"}, chainJSON.row); err != nil {
		return err
	}
	if faults == 0 {
		return nil
	}
	if err := e.out.Flush(); err != nil { // the report that was asked for
		return err
	}
	err := fmt.Errorf("%w: %s", errAuditBroken, counted(faults, "fault"))
	if onlyGaps(reports) {
		return &hintedError{err, "name every export: the lines may be in one that was not named. If they are in none, somebody has removed them"}
	}
	return err
}

// onlyGaps tells whether nothing else is wrong than that lines are missing between the exports and the store.
func onlyGaps(reports []audit.ChainReport) bool {
	for _, r := range reports {
		for _, f := range r.Faults {
			if f.What != audit.CutMiddle || f.File == "" {
				return false
			}
		}
	}
	return true
}

// faultText says where a fault is, and what it is: chain, lines, file and row as far as they are known.
func faultText(chain string, f audit.Fault) string {
	where := ""
	if chain != "" {
		where = "chain " + chain + ", "
	}
	switch {
	case f.From == f.To && f.From > 0:
		where += fmt.Sprintf("line %d, ", f.From)
	case f.From > 0:
		where += fmt.Sprintf("lines %d to %d, ", f.From, f.To)
	}
	if f.File != "" {
		where += fmt.Sprintf("file %q, ", f.File)
	}
	if f.Row > 0 {
		where += fmt.Sprintf("row %d, ", f.Row)
	}
	if where == "" {
		return f.What
	}
	return where[:len(where)-2] + ": " + f.What
}

func (c chainJSON) row() []string {
	return []string{c.Chain, fmt.Sprint(c.First), fmt.Sprint(c.Last), fmt.Sprint(c.Lines), fmt.Sprint(c.Exported)}
}
