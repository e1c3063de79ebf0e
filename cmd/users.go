package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jotkit/userdb"
)

func newUsers(e *env) *cobra.Command {
	return group("users", "List and change people and services",
		newUsersList(e), newUsersShow(e), newUsersRole(e), newUsersPasswd(e), newUsersDisable(e), newUsersEnable(e),
		newUsersRemove(e), newUsersImport(e), newUsersExport(e))
}

func newUsersList(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List everybody",
		Example: "  jotkit users list",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			users, err := a.Users(c.Context())
			if err != nil {
				return err
			}
			items := make([]userJSON, len(users))
			for i, u := range users {
				items[i] = newUserJSON(u)
			}
			return list(e, items, userHeadings(), userJSON.row)
		},
	}
}

func newUsersShow(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Show one",
		Example: "  jotkit users show ada",
		Args:    exactly("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			user, err := a.User(c.Context(), args[0])
			if err != nil {
				return err
			}
			return e.showUser(user)
		},
	}
}

// showUser answers with one user.
func (e *env) showUser(u *userdb.User) error {
	item := newUserJSON(*u)
	if e.json {
		return e.printJSON(item)
	}
	return list(e, []userJSON{item}, userHeadings(), userJSON.row)
}

// userJSON is a user for scripts. The hash is there only where it was asked for.
type userJSON struct {
	Name     string    `json:"name"`
	Roles    []string  `json:"roles"`
	Disabled bool      `json:"disabled"`
	Created  time.Time `json:"created"`
	Hash     string    `json:"hash,omitempty"`
}

func newUserJSON(u userdb.User) userJSON {
	roles := u.Roles
	if roles == nil {
		roles = []string{}
	}
	return userJSON{Name: u.Name, Roles: roles, Disabled: u.Disabled, Created: u.Created}
}

func userHeadings() []string { return []string{"NAME", "ROLES", "STATE", "CREATED"} }

func (u userJSON) row() []string {
	state := "enabled"
	if u.Disabled {
		state = "disabled"
	}
	return []string{u.Name, strings.Join(u.Roles, ","), state, u.Created.Format(time.RFC3339)}
}
