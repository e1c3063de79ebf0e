package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"filippo.io/age"
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
	p, err := e.place()
	if err != nil {
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
	done, err := p.store.Restore(ctx, c.name, o.acceptRollback, sealed.Within(c.key, line))
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

func (e *env) backupIdentities(ctx context.Context, o restoreOptions) ([]age.Identity, error) {
	if !o.passphrase && o.passphraseFile == "" {
		return e.ageIdentities(ctx, o.identities)
	}
	passphrase, err := e.backupPassphrase(ctx, o.passphraseFile, false)
	if err != nil {
		return nil, err
	}
	return byPassphrase(passphrase)
}

func byPassphrase(passphrase string) ([]age.Identity, error) {
	i, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, usagef("type it, or give it with --passphrase-file", "the passphrase is empty")
	}
	return []age.Identity{i}, nil
}

// plainBackup copies a backup, decrypted where it is encrypted, to a file beside the store.
func (e *env) plainBackup(ctx context.Context, p place, from string, identities []age.Identity) (name string, err error) {
	in, err := e.open(ctx, from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	plain, err := interruptible(ctx, func() (ageInput, error) { return newAgeInput(in), nil })
	if err != nil {
		return "", err
	}
	read, err := e.decrypted(ctx, from, plain, identities)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(p.real()), 0o700); err != nil {
		return "", err
	}
	out, err := os.CreateTemp(filepath.Dir(p.real()), filepath.Base(p.real())+".new-restore-*") // 0600
	if err != nil {
		return "", err
	}
	defer out.Close()
	_, err = interruptible(ctx, func() (int64, error) { return io.Copy(&untilDone{ctx, out}, read) })
	if err != nil {
		os.Remove(out.Name())
		return "", undecrypted(from, err)
	}
	return out.Name(), nil
}

// decrypted is the plain backup. A passphrase is asked for where the backup takes one and none was given.
func (e *env) decrypted(ctx context.Context, from string, in ageInput, identities []age.Identity) (io.Reader, error) {
	if !in.encrypted {
		return in, nil
	}
	if len(identities) == 0 && in.byPassphrase {
		passphrase, err := e.backupPassphrase(ctx, "", false)
		if err != nil {
			return nil, err
		}
		if identities, err = byPassphrase(passphrase); err != nil {
			return nil, err
		}
	}
	if len(identities) == 0 {
		err := fmt.Errorf("%w: %q is encrypted to a recipient", errBackupKey, from)
		return nil, &hintedError{err, "name the file with its key with --identity"}
	}
	read, err := interruptible(ctx, func() (io.Reader, error) { return age.Decrypt(in, identities...) })
	if err != nil {
		return nil, undecrypted(from, err)
	}
	return read, nil
}

// undecrypted is the error for a backup that does not come out of its encryption.
func undecrypted(from string, err error) error {
	var path *os.PathError
	var other *age.NoIdentityMatchError
	switch {
	case errors.Is(err, context.Canceled) || errors.As(err, &path):
		return err
	case errors.As(err, &other):
		err = fmt.Errorf("%w: %q is encrypted to others, or under another passphrase", errBackupKey, from)
		return &hintedError{err, "name the file with its key with --identity, or give its passphrase with --passphrase"}
	}
	return fmt.Errorf("%w: %q: %w", errBackupKey, from, err)
}

// showRestore tells what was done, or would be.
func (e *env) showRestore(p place, c *candidate, r restoreJSON) error {
	r.Path, r.SealKey, r.Until = p.path, keyPlace{c.key.ID(), p.keyPath}, moment(c.until)
	if r.DryRun {
		e.note("would put the backup of commit %d in the place of %s", r.Commits, r.Path)
	} else {
		e.note("restored %s, which is at commit %d now", r.Path, r.Commits)
	}
	if r.Lost > 0 {
		e.note("%s lost: what was revoked, registered or changed after %s is undone", counted(int(r.Lost), "commit"), c.until.Format(time.RFC3339))
		e.note("revoke again what was revoked since, or end all tokens: jotkit keys revoke K, for each key of jotkit keys list")
	}
	if r.SessionsEnded {
		e.note("every session has ended: people log in again")
	}
	if r.Replaced != "" {
		e.note("what was there before lies in %s; when all is well: rm %s", r.Replaced, shellWord(r.Replaced))
	}
	if e.json {
		return e.printJSON(r)
	}
	return nil
}
