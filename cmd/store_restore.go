package cmd

import (
	"context"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// restoreOptions say how a backup is opened, and what may be lost by it.
type restoreOptions struct {
	identities     []string
	passphrase     bool
	passphraseFile string
	acceptRollback bool
	dryRun         bool
}

func newStoreRestore(e *env) *cobra.Command {
	var o restoreOptions
	c := &cobra.Command{
		Use:   "restore F",
		Short: "Put a backup in the place of the store",
		Long: `Put a backup in the place of the store. F is - for stdin.

Every record of it has to open with the seal key before anything
is touched. A running serve goes on with it at once. The store
that was there stays beside it.

A backup that is older than what was seen in this place is
refused: what was revoked since would be good again. With
--accept-rollback it is taken, and every session ends.`,
		Example: `  jotkit store restore /mnt/backup/jotkit.db --dry-run
  jotkit store restore /mnt/backup/jotkit.db
  jotkit store restore jotkit.db.age --identity key.txt --yes`,
		Args: exactly("F"),
		RunE: func(c *cobra.Command, args []string) error { return e.restore(c.Context(), args[0], o) },
	}
	c.Flags().Var(listValue{&o.identities}, "identity", "decrypt with the age or SSH key in the file `F` (repeat)")
	c.Flags().BoolVar(&o.passphrase, "passphrase", false, "decrypt with a passphrase, which is asked for")
	c.Flags().Var(nonEmpty{&o.passphraseFile}, "passphrase-file", "decrypt with the passphrase in the file `F`")
	c.Flags().BoolVar(&o.acceptRollback, "accept-rollback", false, "lose what was committed after the backup")
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would happen")
	c.MarkFlagsMutuallyExclusive("identity", "passphrase", "passphrase-file")
	return c
}

// restoreJSON tells of a restore, for scripts.
type restoreJSON struct {
	Path          string     `json:"path"`
	Commits       uint64     `json:"commits"` // of the restored store; in a dry run, of the backup
	Revision      kv.Rev     `json:"revision"`
	SealKey       keyPlace   `json:"seal_key"`
	Until         *time.Time `json:"until"`    // of the newest line in the audit of the backup: nothing later is in it
	Lost          uint64     `json:"lost"`     // commits that were seen in this place, and are gone
	Replaced      string     `json:"replaced"` // where the file lies that was there before, or ""
	SessionsEnded bool       `json:"sessions_ended"`
	DryRun        bool       `json:"dry_run"`
}

func (e *env) restore(ctx context.Context, from string, o restoreOptions) error {
	p, err := e.place(ctx)
	if err != nil {
		return err
	}
	if err := p.fileAlone("jotkit store restore", "jotkit store copy F etcd://... puts a store in a file under a prefix that has none; etcdutl snapshot restore (etcdctl before 3.5) undoes etcdctl snapshot save"); err != nil {
		return err
	}
	if err := p.notItself(from); err != nil {
		return err
	}
	identities, err := e.backupIdentities(ctx, o)
	if err != nil {
		return err
	}
	c, err := e.candidate(ctx, p, from, identities)
	if err != nil {
		return err
	}
	defer os.Remove(c.name)
	if err := c.compare(ctx, p, o); err != nil {
		return err
	}
	if o.dryRun {
		return e.showRestore(p, c, restoreJSON{Commits: c.info.Commits, Revision: c.info.Rev, Lost: c.lost, SessionsEnded: c.endsSessions, DryRun: true})
	}
	if err := e.confirm(ctx, c.question(p)); err != nil {
		return err
	}
	detail := map[string]string{"from": from, "commits": strconv.FormatUint(c.info.Commits, 10), "lost": strconv.FormatUint(c.lost, 10)}
	line := e.authority(nil).RestoreLine(detail, c.endsSessions)
	done, err := p.file.Restore(ctx, c.name, o.acceptRollback, sealed.Within(c.key, line))
	if err != nil {
		return c.refused(err)
	}
	return e.showRestore(p, c, restoreJSON{
		Commits: done.Commits, Revision: done.Rev, Lost: done.Lost, Replaced: done.Replaced, SessionsEnded: c.endsSessions,
	})
}

// notItself refuses the files of the store as a backup of it.
func (p place) notItself(from string) error {
	info, err := os.Stat(from)
	if from == "-" || err != nil {
		return nil // opening it will tell
	}
	if what := p.own(info); what != "" {
		return usagef("name a backup", "%q is the %s itself", from, what)
	}
	if info.IsDir() {
		return usagef("name a file in it", "%q is a directory", from)
	}
	return nil
}

// showRestore tells what was done, or would be.
func (e *env) showRestore(p place, c *candidate, r restoreJSON) error {
	r.Path, r.SealKey, r.Until = p.path, keyPlace{c.key.ID(), p.keyPath}, moment(c.until)
	if r.DryRun {
		e.note("would put the backup of commit %d in the place of %s", r.Commits, r.Path)
	} else {
		e.note("restored %s, which is at commit %d now", r.Path, r.Commits)
	}
	if r.DryRun {
		e.noteWouldLose(c, r)
	} else {
		e.noteLost(c, r)
	}
	if r.Replaced != "" {
		e.note("what was there before lies in %s; when all is well: rm %s", r.Replaced, shellWord(r.Replaced))
	}
	if e.json {
		return e.printJSON(r)
	}
	return nil
}

func (e *env) noteWouldLose(c *candidate, r restoreJSON) {
	if r.Lost > 0 {
		e.note("%s would be lost: what was revoked, registered or changed after %s", counted(int(r.Lost), "commit"), c.until.Format(time.RFC3339))
	}
	if r.SessionsEnded {
		e.note("every session would end")
	}
}

func (e *env) noteLost(c *candidate, r restoreJSON) {
	if r.Lost > 0 {
		e.note("%s lost: what was revoked, registered or changed after %s is undone", counted(int(r.Lost), "commit"), c.until.Format(time.RFC3339))
		e.note("revoke again what was revoked since, or end all tokens: jotkit keys revoke K, for each key of jotkit keys list")
	}
	if r.SessionsEnded {
		e.note("every session has ended: people log in again")
	}
}
