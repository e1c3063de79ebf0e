package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

func newStoreCopy(e *env) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "copy FROM TO",
		Short: "Copy the store from a file to etcd, or back",
		Long: `Copy the store from a file to etcd, or back.

FROM and TO are named as with --store. TO is a place where no
store is. Records are copied as they lie, under the same seal key,
which it does not take, and each is compared in the end. Cut off,
say it again: it goes on where it was. What was begun is no store
until it is whole. FROM is not changed, and knows nothing of it.

Stop serve first, and have all use the one or the other after:
what is revoked in one of them is not in the other.`,
		Example: `  jotkit store copy jotkit.db etcd://127.0.0.1:2379/jotkit
  jotkit store copy etcd://127.0.0.1:2379/jotkit backup.db
  jotkit store copy jotkit.db copy.db --dry-run`,
		Args: exactly("FROM", "TO"),
		RunE: func(c *cobra.Command, args []string) error { return e.copyStore(c.Context(), args[0], args[1], dry) },
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be copied")
	return c
}

// storeCopyJSON tells of a copy, for scripts.
type storeCopyJSON struct {
	From    string `json:"from"`
	To      string `json:"to"`
	ID      string `json:"id"`       // of the store, and of the copy
	SealKey string `json:"seal_key"` // the id of the key that opens both
	Records int    `json:"records"`
	Size    int64  `json:"size"`    // of names and values, in bytes
	Written int    `json:"written"` // records that were not there; in a dry run, that are not
	Rounds  int    `json:"rounds"`  // how often all were compared
	DryRun  bool   `json:"dry_run"`
}

func (e *env) copyStore(ctx context.Context, from, to string, dry bool) error {
	c, err := e.newStoreCopy(ctx, from, to)
	if err != nil {
		return err
	}
	if err := c.look(ctx); err != nil {
		return err
	}
	p := e.progress("copying", -1)
	c.step = p.step
	err = c.run(ctx, dry)
	p.end()
	if err != nil {
		return err
	}
	return e.showStoreCopy(c, storeCopyJSON{
		c.source.path, c.target.path, c.id, c.about.SealKey, c.records + 1, c.size + int64(len(kv.SecretsName)+len(c.envelope)),
		c.written(), c.rounds, dry,
	})
}

// A storeCopy is a copy from one place to another.
type storeCopy struct {
	recordCopy
	env            *env
	source, target place
	about          sealed.Description // of both
	there          copyState
}

// A copyState is what is in the place of a copy.
type copyState int

const (
	copyNone  copyState = iota // nothing
	copyBegun                  // some of it
	copyWhole                  // the store, whole
)

// placeNamed is the place of a store that an argument names.
func (e *env) placeNamed(ctx context.Context, name string) (p place, err error) {
	if inCluster(name) {
		p.path, err = clusterURL(name)
	} else if err = notTheKey(name); err == nil {
		p.path, err = filepath.Abs(name)
	}
	if err != nil {
		return p, err
	}
	return p, e.locate(ctx, &p)
}

func (e *env) newStoreCopy(ctx context.Context, from, to string) (c *storeCopy, err error) {
	c = &storeCopy{env: e}
	if c.source, err = e.placeNamed(ctx, from); err != nil {
		return nil, err
	}
	if c.target, err = e.placeNamed(ctx, to); err != nil {
		return nil, err
	}
	if c.source.path == c.target.path || c.source.file != nil && c.target.file != nil && c.source.real() == c.target.real() {
		return nil, usagef("name another place", "%q would be copied to itself", from)
	}
	if c.source.file != nil {
		if _, err := os.Stat(c.source.path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w at %q", kv.ErrNoStore, c.source.path)
		}
		c.commits = func(ctx context.Context) (uint64, error) {
			said, err := c.source.file.Info(ctx)
			return said.Commits, err
		}
	}
	if c.about, err = sealOf(ctx, c.source.store); err != nil {
		return nil, err
	}
	c.from, c.id = c.source.store, c.about.Store
	return c, nil
}

// look finds out what is in the place of the copy. What is of another store is a conflict.
func (c *storeCopy) look(ctx context.Context) error {
	switch err := vacant(ctx, c.target); {
	case err == nil && c.target.file != nil && c.target.file.Seen() > 1: // one alone may be a copy that was cut off before its file was there
		way := "name another file; or if it is gone for good: rm " + shellWord(c.target.path+".lock")
		return &hintedError{fmt.Errorf("%w at %q: there was one, and its companion is there still", kv.ErrExists, c.target.path), way}
	case err == nil:
		return nil
	case !errors.Is(err, kv.ErrExists):
		return err
	}
	c.to = c.target.store
	about, err := sealOf(ctx, c.to)
	another := &hintedError{fmt.Errorf("%w: another one, at %q", kv.ErrExists, c.target.path), "name a place where no store is"}
	switch {
	case errors.Is(err, kv.ErrUnfinished):
		c.there = copyBegun
		if c.to.View(ctx, func(v kv.View) error { return c.begun(v) }) != nil {
			return another
		}
		return nil
	case err != nil:
		return err
	case about.Store != c.id:
		return another
	}
	c.there = copyWhole
	return nil
}

// run copies, or compares alone in a dry run and where the copy is whole already.
func (c *storeCopy) run(ctx context.Context, dry bool) error {
	c.write = !dry && c.there != copyWhole
	if c.write && c.there == copyNone {
		if err := c.env.createStore(ctx, c.target, c.begin); err != nil {
			return err
		}
		c.to = c.target.store
	}
	if err := c.all(ctx); err != nil {
		return err
	}
	if c.there == copyWhole && c.differ > 0 {
		err := fmt.Errorf("%w: %q is a copy that was whole, and one of the two was written to since: %s differ",
			authority.ErrConflict, c.target.path, counted(c.differ, "record"))
		return &hintedError{err, "nothing was changed; name a place where no store is"}
	}
	if !c.write {
		return nil
	}
	return c.end(ctx)
}

// written is how many records were written, or would be: those that differ, and where it was not whole the last one.
func (c *storeCopy) written() int {
	if c.there == copyWhole {
		return c.differ
	}
	return c.differ + 1
}

func (e *env) showStoreCopy(c *storeCopy, j storeCopyJSON) error {
	switch {
	case c.there == copyWhole:
		e.note("%s is there already: %s, each the same", j.To, counted(j.Records, "record"))
	case j.DryRun:
		e.note("would copy %s, %s, to %s", counted(j.Records, "record"), formatSize(j.Size), j.To)
	default:
		e.note("copied %s, %s, to %s, and compared each", counted(j.Records, "record"), formatSize(j.Size), j.To)
	}
	if c.there == copyBegun {
		e.note("it was begun before: %s of them not there yet", counted(j.Written, "record"))
	}
	if c.there != copyWhole && !j.DryRun {
		e.note("it takes the seal key %s to read it; if it is to take the place of the other, have all use it with --store, or JOTKIT_STORE", j.SealKey)
	}
	if e.json {
		return e.printJSON(j)
	}
	return nil
}
