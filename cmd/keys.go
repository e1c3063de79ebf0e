package cmd

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"jotkit/keyring"
)

func newKeys(e *env) *cobra.Command {
	return group("keys", "List, export, import, convert, revoke keys",
		newKeysList(e), newKeysExport(e), newKeysImport(e), newKeysConvert(e), newKeysRevoke(e))
}

func newKeysList(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the keys of the store",
		Example: "  jotkit keys list",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			ring, err := a.Ring(c.Context())
			if err != nil {
				return err
			}
			return list(e, newKeysJSON(ring.Entries()), keyHeadings(), keyJSON.row)
		},
	}
}

// keyJSON is a key of the store for scripts. LastExp is null while the key may still sign.
type keyJSON struct {
	KID       string        `json:"kid"`
	Version   int           `json:"version"`
	Algorithm string        `json:"alg"`
	State     keyring.State `json:"state"`
	Created   time.Time     `json:"created"`
	LastExp   *time.Time    `json:"last_exp"`
}

func newKeysJSON(entries []keyring.Entry) []keyJSON {
	keys := make([]keyJSON, len(entries))
	for i, k := range entries {
		keys[i] = keyJSON{KID: k.KID, Version: k.Version, Algorithm: k.Algorithm, State: k.State, Created: k.Created}
		if !k.LastExp.IsZero() {
			keys[i].LastExp = &k.LastExp
		}
	}
	return keys
}

func keyHeadings() []string { return []string{"VERSION", "STATE", "ALG", "CREATED", "LAST EXP", "KID"} }

func (k keyJSON) row() []string {
	last := "-"
	if k.LastExp != nil {
		last = k.LastExp.Format(time.RFC3339)
	}
	return []string{strconv.Itoa(k.Version), string(k.State), k.Algorithm, k.Created.Format(time.RFC3339), last, k.KID}
}
