package userdb

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"jotkit/userdb/kv"
)

var (
	// ErrNoUser comes back when there is no user of that name.
	ErrNoUser = errors.New("no such user")
	// ErrUserExists comes back when a user of that name is there already.
	ErrUserExists = errors.New("user exists already")
)

// A User is a person or a service that logs in. A disabled one is also denied under [KindUser]: the mark here makes the
// refusal at login, the one in the deny list ends the tokens.
type User struct {
	Name     string    `json:"name"`  // as ParseName gives it
	Roles    []string  `json:"roles"` // sorted, each once
	Hash     string    `json:"hash"`  // PHC string
	Disabled bool      `json:"disabled"`
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"` // when the password was set
}

const userPrefix = "user/"

// GetUser returns the user of this name, or ErrNoUser.
func GetUser(r kv.Reader, name string) (*User, error) {
	var u User
	err := getRecord(r, userPrefix+name, &u)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, fmt.Errorf("%w: %q", ErrNoUser, name)
	}
	if err != nil {
		return nil, err
	}
	if err := expect(userPrefix+name, userPrefix, u.Name); err != nil {
		return nil, err
	}
	return &u, nil
}

// CreateUser writes a new user, or returns ErrUserExists. The name is one that [ParseName] gave, else ErrName; the
// roles are there, else ErrNoRole; the hash is one of a [Hasher], else ErrHash.
func CreateUser(tx kv.Tx, u User) error {
	if _, err := GetUser(tx, u.Name); !errors.Is(err, ErrNoUser) {
		return errorOr(err, fmt.Errorf("%w: %q", ErrUserExists, u.Name))
	}
	return putUser(tx, u, nil)
}

// PutUser writes a user who is there already, else ErrNoUser. Roles that the user had before may have gone since; new
// ones are there, else ErrNoRole.
func PutUser(tx kv.Tx, u User) error {
	old, err := GetUser(tx, u.Name)
	if err != nil {
		return err
	}
	return putUser(tx, u, old.Roles)
}

func putUser(tx kv.Tx, u User, had []string) error {
	if name, err := ParseName(u.Name); err != nil || name != u.Name {
		return errorOr(err, fmt.Errorf("%w: it is not in its mapped form", ErrName))
	}
	if err := CheckHash(u.Hash); err != nil {
		return err
	}
	u.Roles = sortedSet(u.Roles)
	for _, role := range u.Roles {
		if slices.Contains(had, role) {
			continue
		}
		if _, err := GetRole(tx, role); err != nil {
			return err
		}
	}
	u.Created, u.Changed = u.Created.UTC().Truncate(time.Second), u.Changed.UTC().Truncate(time.Second)
	return putRecord(tx, userPrefix+u.Name, u)
}

// RemoveUser deletes the user of this name, or returns ErrNoUser. The user's tokens are not ended by it: deny the name.
func RemoveUser(tx kv.Tx, name string) error {
	if _, err := GetUser(tx, name); err != nil {
		return err
	}
	return tx.Delete(userPrefix + name)
}

// Users yields the users whose names are greater than after, by name in byte order. It ends at the first error. For
// long lists leave the loop after a page, and come back in a new View with the last name as after.
func Users(v kv.View, after string) iter.Seq2[*User, error] {
	return list(v, userPrefix, after, func(u *User) string { return u.Name })
}
