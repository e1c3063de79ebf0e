package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jotkit/userdb"
)

func newRoles(e *env) *cobra.Command {
	return group("roles", "List and change what roles may do", newRolesList(e), newRolesSet(e), newRolesRemove(e))
}

func roleRow(r userdb.Role) []string { return []string{r.Name, strings.Join(r.Scopes, " ")} }

func newRolesList(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List roles and their scopes",
		Example: "  jotkit roles list",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			roles, err := a.Roles(c.Context())
			if err != nil {
				return err
			}
			return list(e, withLists(roles), []string{"ROLE", "SCOPES"}, roleRow)
		},
	}
}

// withLists gives roles without scopes an empty list, which is [] in JSON and not null.
func withLists(roles []userdb.Role) []userdb.Role {
	for i := range roles {
		if roles[i].Scopes == nil {
			roles[i].Scopes = []string{}
		}
	}
	return roles
}

func newRolesSet(e *env) *cobra.Command {
	var scopes []string
	c := &cobra.Command{
		Use:     "set ROLE --scope S",
		Short:   "Give a role its scopes, and make it if need be",
		Example: "  jotkit roles set editor --scope profile --scope articles:write",
		Args:    exactly("ROLE"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			if err := a.SetRole(c.Context(), args[0], scopes); err != nil {
				return err
			}
			slices.Sort(scopes)
			role := userdb.Role{Name: args[0], Scopes: slices.Compact(scopes)}
			if e.json {
				return e.printJSON(role)
			}
			e.note("role %q: %s", role.Name, strings.Join(role.Scopes, " "))
			return nil
		},
	}
	c.Flags().Var(listValue{&scopes}, "scope", "the scope `S`")
	c.MarkFlagsOneRequired("scope")
	return c
}

func newRolesRemove(e *env) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:     "remove ROLE",
		Short:   "Remove a role that nobody has",
		Example: "  jotkit roles remove editor --yes",
		Args:    exactly("ROLE"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			roles, err := a.Roles(c.Context())
			if err != nil {
				return err
			}
			i := slices.IndexFunc(roles, func(r userdb.Role) bool { return r.Name == args[0] })
			if i < 0 {
				return fmt.Errorf("%w: %q", userdb.ErrNoRole, args[0])
			}
			if dry {
				e.note("would remove the role %q", args[0])
			} else {
				if err := e.confirm(c.Context(), fmt.Sprintf("remove the role %q for good", args[0])); err != nil {
					return err
				}
				if err := a.RemoveRole(c.Context(), args[0]); err != nil {
					return err
				}
				e.note("removed the role %q", args[0])
			}
			if e.json {
				return e.printJSON(roles[i])
			}
			return nil
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would go")
	return c
}
