package authority

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// Roles lists all roles, by name.
func (a *Authority) Roles(ctx context.Context) ([]userdb.Role, error) {
	return listAll(ctx, a.Store, func(v kv.View, last *userdb.Role) iter.Seq2[*userdb.Role, error] {
		if last == nil {
			return userdb.Roles(v, "")
		}
		return userdb.Roles(v, last.Name)
	})
}

// SetRole gives a role these scopes, and makes it where there is none.
func (a *Authority) SetRole(ctx context.Context, name string, scopes []string) error {
	return a.change(ctx, "roles set", "", func(c *change) error {
		c.note("role", name)
		c.note("scopes", strings.Join(scopes, " "))
		return userdb.SetRole(c, name, scopes)
	})
}

// RemoveRole deletes a role that nobody has; else it is ErrConflict.
func (a *Authority) RemoveRole(ctx context.Context, name string) error {
	users, err := a.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if slices.Contains(u.Roles, name) {
			return a.refused(ctx, "roles remove", "", fmt.Errorf("%w: %q has the role %q", ErrConflict, u.Name, name))
		}
	}
	return a.change(ctx, "roles remove", "", func(c *change) error {
		c.note("role", name)
		return userdb.RemoveRole(c, name)
	})
}
