package userdb

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"jotkit/userdb/kv"
)

var (
	// ErrRole comes back when a text is no role name: 1 to 64 of a-z, 0-9, "_" and "-".
	ErrRole = errors.New("not a role name")
	// ErrNoRole comes back when there is no role of that name.
	ErrNoRole = errors.New("no such role")
	// ErrScope comes back when a text is no scope token (RFC 6749 section 3.3) of at most 256 bytes.
	ErrScope = errors.New("not a scope")
)

// A Role gives scopes to the users who have it.
type Role struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"` // sorted, each once
}

const rolePrefix = "role/"

const (
	longestRole  = 64
	longestScope = 256
)

func isRoleName(s string) bool {
	return s != "" && len(s) <= longestRole && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// isScope tells whether s is a scope-token: printable ASCII without space, quote and backslash.
func isScope(s string) bool {
	return s != "" && len(s) <= longestScope && !strings.ContainsFunc(s, func(r rune) bool {
		return r < '!' || r > '~' || r == '"' || r == '\\'
	})
}

// DefaultRoles returns the roles of a new store. A new person has the role "user".
func DefaultRoles() []Role {
	return []Role{
		{Name: "admin", Scopes: []string{"admin", "profile"}},
		{Name: "service", Scopes: []string{"introspect", "revoke"}},
		{Name: "user", Scopes: []string{"profile"}},
	}
}

// CreateRoles writes the [DefaultRoles] into a new store.
func CreateRoles(tx kv.Tx) error {
	for _, r := range DefaultRoles() {
		if err := SetRole(tx, r.Name, r.Scopes); err != nil {
			return err
		}
	}
	return nil
}

// GetRole returns the role of this name, or ErrNoRole; ErrRole when there can be none.
func GetRole(r kv.Reader, name string) (*Role, error) {
	if !isRoleName(name) {
		return nil, fmt.Errorf("%w: %q", ErrRole, name)
	}
	var role Role
	err := getRecord(r, rolePrefix+name, &role)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, fmt.Errorf("%w: %q", ErrNoRole, name)
	}
	if err == nil {
		err = expect(rolePrefix+name, rolePrefix, role.Name)
	}
	if err != nil {
		return nil, err
	}
	return &role, nil
}

// SetRole writes a role, new or not, or returns ErrRole or ErrScope. A role may have no scope at all.
func SetRole(tx kv.Tx, name string, scopes []string) error {
	if !isRoleName(name) {
		return fmt.Errorf("%w: %q", ErrRole, name)
	}
	for _, s := range scopes {
		if err := CheckScope(s); err != nil {
			return err
		}
	}
	return putRecord(tx, rolePrefix+name, Role{Name: name, Scopes: sortedSet(scopes)})
}

// CheckScope returns ErrScope unless s is one scope token.
func CheckScope(s string) error {
	if !isScope(s) {
		return fmt.Errorf("%w: %q", ErrScope, s)
	}
	return nil
}

// RemoveRole deletes a role, or returns ErrNoRole. Whether somebody has it still is for the caller to look up with a
// View, for a Tx does not scan; who has it then keeps a name that gives nothing and lets nobody in ([ScopesOf]).
func RemoveRole(tx kv.Tx, name string) error {
	if _, err := GetRole(tx, name); err != nil {
		return err
	}
	return tx.Delete(rolePrefix + name)
}

// Roles yields the roles whose names are greater than after, by name. It ends at the first error.
func Roles(v kv.View, after string) iter.Seq2[*Role, error] {
	return list(v, rolePrefix, after, func(r *Role) string { return r.Name })
}

// ScopesOf returns the scopes that these roles give together, sorted, each once. A role that is not there is ErrNoRole:
// a lost record may refuse somebody, and must not go unseen.
func ScopesOf(r kv.Reader, roles []string) ([]string, error) {
	var scopes []string
	for _, name := range roles {
		role, err := GetRole(r, name)
		if err != nil {
			return nil, err
		}
		scopes = append(scopes, role.Scopes...)
	}
	return sortedSet(scopes), nil
}
