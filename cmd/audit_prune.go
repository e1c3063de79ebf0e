package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/userdb/audit"
)

// pruneOptions are what audit prune was told.
type pruneOptions struct {
	authority.Pruning
	export string
	dry    bool
}

func newAuditPrune(e *env) *cobra.Command {
	var o pruneOptions
	c := &cobra.Command{
		Use:   "prune",
		Short: "Delete its oldest lines for good",
		Long: `Delete the oldest lines of the audit for good.

With --export they are first written to a new file, as by
jotkit audit export, and nothing else is deleted than what is in
there. Numbers go on, and jotkit audit verify still finds every
cut; with the files named it says that files and store are one.
By itself the store keeps as many as the setting audit_keep says.`,
		Example: `  jotkit audit prune --before now-90d --dry-run
  jotkit audit prune --before now-30d --export audit-2026-11.jsonl --yes
  jotkit audit prune --keep 1000 --yes`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return e.pruneAudit(c.Context(), o)
		},
	}
	c.Flags().Var(momentValue{&o.Before, e.now}, "before", "what is older than the time `T`")
	c.Flags().Var(keepValue{&o.Keep}, "keep", "all but the last `N` lines of each chain")
	c.Flags().Var(nonEmpty{&o.export}, "export", "write them to the new file `F` first")
	c.Flags().BoolVar(&o.dry, "dry-run", false, "only say what would go")
	c.MarkFlagsMutuallyExclusive("before", "keep")
	c.MarkFlagsOneRequired("before", "keep")
	return c
}

// keepValue is a flag that takes a number from 0 on.
type keepValue struct{ to *uint64 }

func (v keepValue) String() string { return "" }
func (v keepValue) Type() string   { return "N" }

func (v keepValue) Set(s string) (err error) {
	if *v.to, err = strconv.ParseUint(s, 10, 32); err != nil {
		return errors.New("not a number from 0 on")
	}
	return nil
}

func (e *env) pruneAudit(ctx context.Context, o pruneOptions) error {
	if _, err := os.Lstat(o.export); o.export != "" && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %q", errFileExists, o.export)
	}
	a, err := e.changing(ctx)
	if err != nil {
		return err
	}
	plan, err := a.PlanPrune(ctx, o.Pruning)
	if err != nil {
		return err
	}
	lines := uint64(0)
	for _, s := range plan {
		lines += s.Lines()
	}
	switch {
	case lines == 0:
		e.note("nothing to delete")
		return e.showSpans(plan)
	case o.dry:
		e.note("nothing was deleted; this would go")
		return e.showSpans(plan)
	}
	if err := e.confirm(ctx, fmt.Sprintf("delete %d lines of the audit for good", lines)); err != nil {
		return err
	}
	file := ""
	if o.export != "" {
		file = filepath.Base(o.export)
		if plan, err = e.exportPlan(ctx, a, plan, o.export); err != nil {
			return err
		}
	}
	if err := a.PruneAudit(ctx, plan, file); err != nil {
		return err
	}
	return e.showSpans(plan)
}

// exportPlan writes what is to be deleted into a new file, and returns what is safely in there.
func (e *env) exportPlan(ctx context.Context, a *authority.Authority, plan []audit.Span, name string) (
	written []audit.Span, err error) {
	err = createWith(name, func(to io.Writer) (err error) {
		p := e.progress("exporting", -1)
		defer p.end()
		written, err = a.ExportSpans(ctx, plan, p.counted(to))
		return err
	})
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("%w: %q", errFileExists, name)
	case err != nil:
		return nil, err
	}
	e.note("wrote %q", name)
	return written, nil
}
