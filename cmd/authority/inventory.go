package authority

import (
	"context"
	"strings"
	"time"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// An Inventory is what a store holds, counted by the names of the records. Names are not sealed, so it takes no key.
type Inventory struct {
	Users, Roles, Sessions, Revocations int            // on record; expired ones are until they are swept
	Lines                               map[string]int // of the audit, by chain
}

// Count counts the records of a store that need not be unsealed, page by page.
func Count(ctx context.Context, store kv.Store) (Inventory, error) {
	n := Inventory{Lines: map[string]int{}}
	for names, err := range namePages(ctx, store, "") {
		for _, name := range names {
			n.count(name)
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (n *Inventory) count(name string) {
	kind, rest, _ := strings.Cut(name, "/")
	switch kind {
	case "user":
		n.Users++
	case "role":
		n.Roles++
	case "session":
		n.Sessions++
	case "revocation":
		n.Revocations++
	case "audit":
		chain, _, _ := strings.Cut(rest, "/")
		n.Lines[chain]++
	}
}

// History says since when the audit reaches back, by chain, and when the store was made: zero where the line that told
// of it is gone.
type History struct {
	Since map[string]time.Time
	Made  time.Time
}

// History reads the oldest line of every chain.
func (a *Authority) History(ctx context.Context) (h History, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		h = History{Since: map[string]time.Time{}}
		ends, err := audit.EndsOf(v)
		for _, e := range ends {
			h.Since[e.First.Chain] = e.First.Time
			if e.First.Event.Event == "init" {
				h.Made = e.First.Time
			}
		}
		return err
	})
	return h, err
}
