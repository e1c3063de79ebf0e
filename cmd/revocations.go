package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"jotkit/userdb"
)

func newRevocations(e *env) *cobra.Command {
	return group("revocations", "List revocations, or undo one", newRevocationsList(e), newRevocationsUndo(e))
}

func newRevocationsList(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List what is revoked and not expired",
		Example: "  jotkit revocations list",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			all, err := a.Revocations(c.Context())
			if err != nil {
				return err
			}
			items := make([]revocationJSON, len(all))
			for i, r := range all {
				items[i] = newRevocationJSON(r, "")
			}
			return list(e, items, []string{"ID", "KIND", "WHAT", "UNTIL", "BY", "REASON"}, revocationJSON.row)
		},
	}
}

func newRevocationsUndo(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "undo ID",
		Short:   "Take a revocation back",
		Example: "  jotkit revocations undo 3f9ac01be542",
		Args:    exactly("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			undone, err := a.Undo(c.Context(), args[0])
			if err != nil {
				return err
			}
			e.note("%s %q is no longer revoked", undone.Kind, undone.Name)
			if e.json {
				return e.printJSON(newRevocationJSON(*undone, ""))
			}
			return nil
		},
	}
}

// revocationJSON is a revocation for scripts: one of jti, user, session and kid is there.
type revocationJSON struct {
	ID      string    `json:"id"`
	Token   string    `json:"jti,omitempty"`
	User    string    `json:"user,omitempty"`
	Session string    `json:"session,omitempty"`
	Key     string    `json:"kid,omitempty"`
	Until   time.Time `json:"until"`
	Reason  string    `json:"reason"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"`
	kind    userdb.Kind
}

func newRevocationJSON(r userdb.Revocation, note string) revocationJSON {
	out := revocationJSON{ID: r.ID(), Until: r.Until, Reason: r.Reason, By: r.By, At: r.At, Note: note, kind: r.Kind}
	switch r.Kind {
	case userdb.KindToken:
		out.Token = r.Name
	case userdb.KindUser:
		out.User = r.Name
	case userdb.KindSession:
		out.Session = r.Name
	case userdb.KindKey:
		out.Key = r.Name
	}
	return out
}

func (r revocationJSON) row() []string {
	return []string{r.ID, string(r.kind), r.Token + r.User + r.Session + r.Key, r.Until.Format(time.RFC3339), r.By, r.Reason}
}
