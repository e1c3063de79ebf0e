package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// compactOptions say when and how the store is written again.
type compactOptions struct {
	force, newKey bool
	how           sealKeyChange
}

func newStoreCompact(e *env) *cobra.Command {
	var o compactOptions
	c := &cobra.Command{
		Use:   "compact",
		Short: "Write the store again without its free pages",
		Long: `Write the store again without its free pages.

It is done where a quarter of the pages is free, or with --force.
What old values lay in free pages goes with them. Others wait as
long as it runs: some seconds for a gigabyte. A running serve goes
on.

--new-key is for after a leak of the store with its seal key: every
record is sealed anew, under another seal key, so that the old one
opens nothing that is written from now on. Every session ends. What
lay in the store may have been read: jotkit says what else to do.`,
		Example: "  jotkit store compact\n  jotkit store compact --new-key",
		Args:    atMost(0),
		RunE:    func(c *cobra.Command, _ []string) error { return e.compact(c.Context(), o) },
	}
	c.Flags().BoolVar(&o.force, "force", false, "also where few pages are free")
	c.Flags().BoolVar(&o.newKey, "new-key", false, "seal every record anew under another seal key")
	o.how.bind(c)
	return c
}

// compactJSON tells of a compaction, for scripts.
type compactJSON struct {
	Path      string          `json:"path"`
	Compacted bool            `json:"compacted"`
	Before    storeSizeJSON   `json:"before"`
	After     storeSizeJSON   `json:"after"`
	SealKey   *newSealKeyJSON `json:"seal_key"` // the new one, or null
}

type storeSizeJSON struct {
	Size      int64 `json:"size"` // in bytes
	Pages     int   `json:"pages"`
	FreePages int   `json:"free_pages"`
}

func sizeOf(i bolt.Info) storeSizeJSON { return storeSizeJSON{i.Size, i.Pages, i.Free} }

// isLoose tells whether a quarter of the pages is free, from which on a compaction pays. What is less than looseFrom bytes
// is nothing to be warned of: in a small store a quarter is a few pages, and the next commits take them.
func isLoose(info bolt.Info) bool { return info.Free*4 >= info.Pages }

const looseFrom = 1 << 20

func (e *env) compact(ctx context.Context, o compactOptions) error {
	if !o.newKey && o.how != (sealKeyChange{}) {
		return usagef("jotkit store reseal changes the seal key alone", "--to and the passphrase of a new key go with --new-key")
	}
	p, err := e.existingPlace(ctx)
	if err != nil {
		return err
	}
	if err := p.fileAlone("jotkit store compact", "etcdctl defrag gives the disk back what is free; jotkit store copy "+shellWord(p.path)+" F makes a file of it"); err != nil {
		return err
	}
	info, err := p.file.Info(ctx)
	switch {
	case err != nil:
		return err
	case o.newKey:
		return e.compactAnew(ctx, p, o)
	case !isLoose(info) && !o.force:
		e.note("%d of %d pages are free: that is not worth it (--force does it all the same)", info.Free, info.Pages)
		return e.showCompact(compactJSON{Path: p.path, Before: sizeOf(info), After: sizeOf(info)})
	}
	line, err := e.compactLine(ctx, p)
	if err != nil {
		return err
	}
	before, after, err := p.file.Compact(ctx, nil, line)
	if err != nil {
		return err
	}
	return e.showCompact(compactJSON{p.path, true, sizeOf(before), sizeOf(after), nil})
}

// compactLine leaves the line in the audit. Without the seal key there is none, and a compaction does as well.
func (e *env) compactLine(ctx context.Context, p place) (func(kv.Tx) error, error) {
	key, err := e.keyFor(ctx, p, p.store)
	if errors.Is(err, kv.ErrSealKey) {
		e.warn("without the seal key the audit has no line of it: %v", err)
		return nil, nil
	}
	return sealed.Within(key, e.authority(nil).Line("store compact", nil)), err
}

// compactAnew is the compaction under a new data key and a new seal key.
func (e *env) compactAnew(ctx context.Context, p place, o compactOptions) error {
	if err := e.confirm(ctx, "seal every record anew under another seal key, and end every session"); err != nil {
		return err
	}
	out := compactJSON{Path: p.path, Compacted: true}
	commit := func(old, with sealed.Key) error {
		change, err := rekeying(ctx, p.store, old, with)
		if err != nil {
			return err
		}
		line := e.authority(nil).Line("store compact", map[string]string{"old": old.ID(), "seal_key": with.ID()})
		before, after, err := p.file.Compact(ctx, change, sealed.Within(with, line))
		out.Before, out.After = sizeOf(before), sizeOf(after)
		return err
	}
	changed, err := e.changeSealKey(ctx, p, o.how, commit)
	if err == nil && changed.Ended { // of one that was cut off: this one is still to come
		changed, err = e.changeSealKey(ctx, p, o.how, commit)
	}
	if err != nil {
		return err
	}
	out.SealKey = &newSealKeyJSON{changed.ID, changed.Path, changed.Protected}
	e.noteLeak(changed)
	return e.showCompact(out)
}

// rekeying reads what it takes to seal every record anew.
func rekeying(ctx context.Context, store kv.Store, old, with sealed.Key) (change func(string, []byte) ([]byte, error), err error) {
	err = store.View(ctx, func(v kv.View) error {
		change, err = sealed.Rekey(v, old, with)
		return err
	})
	return change, err
}

// noteLeak says what a new key does not undo.
func (e *env) noteLeak(c sealKeyChanged) {
	e.note("the new seal key is in %s; keep a copy of it apart from the store", c.Path)
	if c.OldPath != "" {
		e.note("the old one is kept in %s: older backups need it", c.OldPath)
	}
	e.note("every session has ended: people log in again")
	e.note("if the old key has leaked, so have the signing keys: jotkit keys revoke K, for each key of jotkit keys list")
	e.note("and the hashes of passwords: jotkit users passwd NAME, for those that can be guessed")
}

func (e *env) showCompact(c compactJSON) error {
	if c.Compacted {
		e.note("%s, %d of %d pages free; it was %s, %d of %d", formatSize(c.After.Size), c.After.FreePages, c.After.Pages,
			formatSize(c.Before.Size), c.Before.FreePages, c.Before.Pages)
	}
	if e.json {
		return e.printJSON(c)
	}
	return nil
}
