package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"jotkit/userdb/audit"
)

func newAuditVerify(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "verify",
		Short:   "Check that no line was changed, made up or lost",
		Example: "  jotkit audit verify",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			reports, err := a.VerifyAudit(c.Context())
			if err != nil {
				return err
			}
			return e.showChains(reports)
		},
	}
}

// chainJSON is how a chain was found, for scripts.
type chainJSON struct {
	Chain  string      `json:"chain"`
	Whole  bool        `json:"whole"`
	Lines  int         `json:"lines"`
	Faults []faultJSON `json:"faults"`
}

type faultJSON struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
	What string `json:"what"`
}

func (e *env) showChains(reports []audit.ChainReport) error {
	items, faults := make([]chainJSON, len(reports)), 0
	for i, r := range reports {
		items[i] = chainJSON{r.Chain, len(r.Faults) == 0, r.Lines, []faultJSON{}}
		for _, f := range r.Faults {
			items[i].Faults = append(items[i].Faults, faultJSON(f))
		}
		faults += len(r.Faults)
	}
	if faults > 0 && !e.json {
		for _, r := range reports {
			for _, f := range r.Faults {
				e.warn("chain %s, lines %d to %d: %s", r.Chain, f.From, f.To, f.What)
			}
		}
	} else if err := list(e, items, []string{"CHAIN", "LINES"}, chainJSON.row); err != nil {
		return err
	}
	if faults == 0 {
		return nil
	}
	if err := e.out.Flush(); err != nil { // the report that was asked for
		return err
	}
	return fmt.Errorf("%w: %d faults", errAuditBroken, faults)
}

func (c chainJSON) row() []string { return []string{c.Chain, fmt.Sprint(c.Lines)} }
