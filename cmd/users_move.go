package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"jotkit/token"
	"jotkit/userdb"
)

// maxUsersFile is how much users import reads: some hundred thousand people.
const maxUsersFile = 64 << 20

func newUsersExport(e *env) *cobra.Command {
	var hashes bool
	c := &cobra.Command{
		Use:     "export",
		Short:   "Write everybody as JSON, one a line",
		Example: "  jotkit users export --with-hashes > users.jsonl",
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
			for _, u := range users {
				line := newUserJSON(u)
				if hashes {
					line.Hash = u.Hash
				}
				if err := e.printLine(line); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&hashes, "with-hashes", false, "with their password hashes, as users import wants them")
	return c
}

func newUsersImport(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "import F",
		Short: "Add people from such a file, all or none",
		Example: `  jotkit users import users.jsonl
  jotkit --store old.db users export --with-hashes | jotkit users import -`,
		Args: exactly("F"),
		RunE: func(c *cobra.Command, args []string) error {
			data, info, err := e.readFile(c.Context(), args[0], maxUsersFile)
			if err != nil {
				return err
			}
			if err := checkPrivate(args[0], info); err != nil {
				return err
			}
			users, err := parseUsers(data)
			if err != nil {
				return err
			}
			a, err := e.writing(c.Context())
			if err != nil {
				return err
			}
			n, err := a.ImportUsers(c.Context(), users)
			if err != nil {
				return err
			}
			e.note("imported %d", n)
			if e.json {
				return e.printJSON(map[string]int{"imported": n})
			}
			return nil
		},
	}
}

// userMembers are the members of an entry, in their exact case.
var userMembers = []string{"name", "roles", "disabled", "created", "hash"}

// parseUsers reads what users export writes. A member that it does not know is refused, and so is one that stands twice:
// it may be a slip of one that keeps somebody out.
func parseUsers(data []byte) ([]userdb.User, error) {
	if len(data) > maxUsersFile {
		return nil, usagef("import it in parts", "the file is larger than %d MiB", maxUsersFile>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var users []userdb.User
	for {
		var entry json.RawMessage
		err := dec.Decode(&entry)
		if errors.Is(err, io.EOF) {
			return users, nil
		}
		var line userJSON
		if err == nil {
			line, err = parseUser(entry)
		}
		if err != nil {
			return nil, usagef("write it as users export --with-hashes does", "entry %d is not a user: %v", len(users)+1, err)
		}
		users = append(users, userdb.User{
			Name: line.Name, Roles: line.Roles, Hash: line.Hash, Disabled: line.Disabled, Created: line.Created,
		})
	}
}

func parseUser(entry json.RawMessage) (line userJSON, err error) {
	members, err := token.ParseObject(entry)
	if err != nil {
		return line, err
	}
	for _, m := range members {
		if !slices.Contains(userMembers, m.Name) {
			return line, fmt.Errorf("it has an unknown member %q", m.Name)
		}
	}
	err = json.Unmarshal(entry, &line)
	return line, err
}
