package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"jotkit/userdb"
)

func newSessions(e *env) *cobra.Command {
	return group("sessions", "List who is logged in", newSessionsList(e))
}

func newSessionsList(e *env) *cobra.Command {
	var user string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the sessions that can be refreshed",
		Example: "  jotkit sessions list\n  jotkit sessions list --user ada --json",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			sessions, err := a.Sessions(c.Context(), user)
			if err != nil {
				return err
			}
			items := make([]sessionJSON, len(sessions))
			for i, s := range sessions {
				items[i] = newSessionJSON(s)
			}
			return list(e, items, []string{"ID", "USER", "CREATED", "USED", "EXPIRES"}, sessionJSON.row)
		},
	}
	c.Flags().Var(nonEmpty{&user}, "user", "only those of the user `U`")
	return c
}

// sessionJSON is a session for scripts, with times in whole seconds.
type sessionJSON struct {
	ID      string    `json:"id"`
	User    string    `json:"user"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`
	Expires time.Time `json:"expires"` // unless it is used before
}

func newSessionJSON(s userdb.Session) sessionJSON {
	return sessionJSON{s.ID, s.User, s.Created, s.Used.Truncate(time.Second), s.Until.Truncate(time.Second)}
}

func (s sessionJSON) row() []string {
	at := func(t time.Time) string { return t.Format(time.RFC3339) }
	return []string{s.ID, s.User, at(s.Created), at(s.Used), at(s.Expires)}
}
