package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

func newStoreInfo(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "info",
		Short: "Show where the store is, what it holds, and its seal key",
		Long: `Show where the store is, what it holds, and its seal key.

It works without the seal key as far as it can. What cannot be
known without is left out, and null with --json.`,
		Example: "  jotkit store info\n  jotkit store info --json",
		Args:    atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			info, err := e.storeInfo(c.Context())
			if err != nil {
				return err
			}
			return e.showStoreInfo(info)
		},
	}
}

// storeInfoJSON is what a store says of itself, for scripts. What takes the seal key is null without it.
type storeInfoJSON struct {
	Path      string `json:"path"`
	ID        string `json:"id"`
	Schema    uint32 `json:"schema"`
	Commits   uint64 `json:"commits"`
	Revision  kv.Rev `json:"revision"`
	Size      int64  `json:"size"` // in bytes
	PageSize  int    `json:"page_size"`
	Pages     int    `json:"pages"`
	FreePages int    `json:"free_pages"`
	Guarded   bool   `json:"guarded"`
	storeHoldsJSON
}

// storeHoldsJSON is what is in a store, wherever it is.
type storeHoldsJSON struct {
	SealKey     sealKeyJSON    `json:"seal_key"`
	Created     *time.Time     `json:"created"`
	Users       int            `json:"users"`
	Roles       int            `json:"roles"`
	Sessions    int            `json:"sessions"`
	Revocations int            `json:"revocations"`
	Keys        *int           `json:"keys"`
	Audit       []auditRowJSON `json:"audit"`
}

type sealKeyJSON struct {
	ID        string `json:"id"` // of the key that opens the store
	Path      string `json:"path"`
	Opens     bool   `json:"opens"`     // the key that lies there does
	Protected *bool  `json:"protected"` // by a passphrase; null where no key lies there
}

type auditRowJSON struct {
	Chain string     `json:"chain"`
	Lines int        `json:"lines"`
	Since *time.Time `json:"since"`
}

// A storeInfo is what is known of a store: storeInfoJSON, or clusterInfoJSON.
type storeInfo interface{ rows() [][]string }

func (e *env) storeInfo(ctx context.Context) (storeInfo, error) {
	p, err := e.existingPlace(ctx)
	switch {
	case err != nil:
		return nil, err
	case p.file == nil:
		return e.clusterInfo(ctx, p)
	}
	said, err := p.file.Info(ctx)
	if err != nil {
		return nil, err
	}
	about, holds, err := e.storeHolds(ctx, p)
	return storeInfoJSON{
		Path: p.path, ID: said.ID, Schema: about.Schema, Commits: said.Commits, Revision: said.Rev, Size: said.Size,
		PageSize: said.PageSize, Pages: said.Pages, FreePages: said.Free, Guarded: said.Guarded, storeHoldsJSON: holds,
	}, err
}

// storeHolds counts what is in a store, and adds what takes its seal key.
func (e *env) storeHolds(ctx context.Context, p place) (about sealed.Description, holds storeHoldsJSON, err error) {
	if about, err = sealOf(ctx, p.store); err != nil {
		return about, holds, err
	}
	held, err := authority.Count(ctx, p.store)
	if err != nil {
		return about, holds, err
	}
	holds = storeHoldsJSON{
		SealKey: sealKeyJSON{ID: about.SealKey, Path: p.keyPath},
		Users:   held.Users, Roles: held.Roles, Sessions: held.Sessions, Revocations: held.Revocations,
		Audit: []auditRowJSON{},
	}
	for _, chain := range slices.Sorted(maps.Keys(held.Lines)) {
		holds.Audit = append(holds.Audit, auditRowJSON{Chain: chain, Lines: held.Lines[chain]})
	}
	return about, holds, e.addSealed(ctx, p, about, &holds)
}

// addSealed adds what takes the seal key. Where that is not at hand a note says why.
func (e *env) addSealed(ctx context.Context, p place, about sealed.Description, info *storeHoldsJSON) error {
	key, protected, err := e.keyAndForm(ctx, p)
	info.SealKey.Protected = protected
	if err == nil && key.ID() != about.SealKey {
		err = fmt.Errorf("%w: %s has another one", kv.ErrSealKey, p.keyPath)
	}
	if err != nil {
		if ctx.Err() == nil {
			e.note("without the seal key: %v", err)
			return nil
		}
		return err
	}
	a := e.authority(sealed.New(p.store, key))
	ring, err := a.Ring(ctx)
	if err != nil {
		return err
	}
	history, err := a.History(ctx)
	if err != nil && !errors.Is(err, kv.ErrDamaged) { // an end of the audit that cannot be read is for check to tell
		return err
	}
	keys := len(ring.Entries())
	info.SealKey.Opens, info.Keys, info.Created = true, &keys, moment(history.Made)
	for i := range info.Audit {
		info.Audit[i].Since = moment(history.Since[info.Audit[i].Chain])
	}
	return nil
}

// keyAndForm reads the seal key, and tells whether it is under a passphrase, as far as there is one.
func (e *env) keyAndForm(ctx context.Context, p place) (key sealed.Key, protected *bool, err error) {
	f, err := e.readSealFile(ctx, p.keyPath, p.path)
	if err != nil {
		return key, nil, err
	}
	is := f.protected()
	key, _, err = e.unlock(ctx, f)
	return key, &is, err
}

// moment is a time for JSON: null where it is not known.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (e *env) showStoreInfo(info storeInfo) error {
	if e.json {
		return e.printJSON(info)
	}
	return e.print(table(info.rows()))
}

func (i storeInfoJSON) rows() [][]string {
	guard := "none: an old copy in this place would not be noticed"
	if i.Guarded {
		guard = "beside it, guards against old copies"
	}
	return append([][]string{
		{"path", i.Path},
		{"id", i.ID},
		{"schema", fmt.Sprint(i.Schema)},
		{"commits", fmt.Sprint(i.Commits)},
		{"revision", fmt.Sprint(i.Revision)},
		{"size", formatSize(i.Size)},
		{"pages", fmt.Sprintf("%d, and %d of them free (%d %%)", i.Pages, i.FreePages, percent(i.FreePages, i.Pages))},
		{"companion", guard},
	}, i.storeHoldsJSON.rows()...)
}

func (i storeHoldsJSON) rows() [][]string {
	const unknown = "not known without the seal key"
	key := i.SealKey.Path
	if i.SealKey.Protected != nil && *i.SealKey.Protected {
		key += ", under a passphrase"
	}
	if !i.SealKey.Opens {
		key += ", which does not open it"
	}
	rows := [][]string{
		{"seal key", i.SealKey.ID},
		{"", key},
		{"created", known(i.Created, unknown, i.SealKey.Opens)},
		{"users", fmt.Sprint(i.Users)},
		{"roles", fmt.Sprint(i.Roles)},
		{"sessions", fmt.Sprint(i.Sessions)},
		{"revocations", fmt.Sprint(i.Revocations)},
	}
	if i.Keys == nil {
		rows = append(rows, []string{"keys", unknown})
	} else {
		rows = append(rows, []string{"keys", fmt.Sprint(*i.Keys)})
	}
	for _, c := range i.Audit {
		lines := fmt.Sprintf("%s in chain %s", counted(int(c.Lines), "line"), c.Chain)
		if c.Since != nil {
			lines += " since " + c.Since.Format(time.RFC3339)
		}
		rows = append(rows, []string{"audit", lines})
	}
	return rows
}

// known is a time as text. With the key at hand, one that is missing has been pruned from the audit.
func known(t *time.Time, unknown string, opens bool) string {
	switch {
	case t != nil:
		return t.Format(time.RFC3339)
	case opens:
		return "before the audit begins"
	}
	return unknown
}
