package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// A candidate is a backup that is to become the store: a copy of it, which nobody else knows of.
type candidate struct {
	name, from string
	store      *bolt.Store
	key        sealed.Key
	info       bolt.Info
	until      time.Time // of its newest line in the audit

	lost         uint64 // commits that were seen in the place of the store, and are not in it
	endsSessions bool
}

// candidate reads a backup, and refuses what would be no good store.
func (e *env) candidate(ctx context.Context, p place, from string, identities []age.Identity) (c *candidate, err error) {
	name, err := e.plainBackup(ctx, p, from, identities)
	if err != nil {
		return nil, err
	}
	c = &candidate{name: name, from: from, store: bolt.New(name, e.boltOptions())}
	if err := e.examineCandidate(ctx, p, c); err != nil {
		os.Remove(name)
		return nil, err
	}
	return c, nil
}

func (e *env) examineCandidate(ctx context.Context, p place, c *candidate) error {
	err := checkPages(ctx, c.store)
	if err == nil {
		c.info, err = c.store.Info(ctx)
	}
	if err != nil {
		return c.noBackup(err)
	}
	if _, err := sealOf(ctx, c.store); err != nil {
		return c.noBackup(err)
	}
	if c.key, err = e.keyFor(ctx, p, c.store); err != nil {
		return err
	}
	if err = checkRecords(ctx, c.store, c.key); err == nil {
		err = c.means(ctx, e.authority(sealed.New(c.store, c.key)))
	}
	return c.noBackup(err)
}

// means reads what every verdict hangs on.
func (c *candidate) means(ctx context.Context, a *authority.Authority) error {
	_, faults, err := a.CheckRing(ctx)
	if err != nil {
		return err
	}
	more, err := a.CheckSettings(ctx)
	if err != nil {
		return err
	}
	_, holes, err := a.CheckDeny(ctx)
	if err != nil {
		return err
	}
	for _, f := range append(append(faults, more...), holes...) {
		if !f.Mild {
			return damagedBy(f.What)
		}
	}
	c.until, err = a.LastLine(ctx)
	return err
}

// noBackup is the error for a file that is not a good backup.
func (c *candidate) noBackup(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &hintedError{&badBackupError{err, c.name, c.from}, "take another backup; nothing was touched"}
}

// A badBackupError says what is wrong with a backup by the name that it was given, and not by that of its copy.
type badBackupError struct {
	error
	copied, from string
}

func (b *badBackupError) Unwrap() error { return b.error }
func (b *badBackupError) Error() string {
	return fmt.Sprintf("no good backup: %s", strings.ReplaceAll(b.error.Error(), b.copied, b.from))
}

// compare finds what would be lost by it. A rollback that was not accepted is refused before anybody is asked. Sessions end
// where something is lost, or may be: their refresh tokens are newer than what the backup has of them.
func (c *candidate) compare(ctx context.Context, p place, o restoreOptions) error {
	lost, known, err := p.file.Lost(ctx, c.name)
	c.lost, c.endsSessions = lost, o.acceptRollback || !known
	if errors.Is(err, kv.ErrRolledBack) && o.acceptRollback {
		return nil
	}
	return c.refused(err)
}

// refused is an error of a restore, with how much would be lost.
func (c *candidate) refused(err error) error {
	if !errors.Is(err, kv.ErrRolledBack) {
		return err
	}
	way := fmt.Sprintf("take a newer backup; or give %s up with --accept-rollback: what was revoked after %s is good again then",
		counted(int(c.lost), "commit"), c.until.Format(time.RFC3339))
	if errors.Is(err, bolt.ErrForeign) {
		way = fmt.Sprintf("take a backup of the store that is here; or give it up, with its %s, with --accept-rollback", counted(int(c.lost), "commit"))
	}
	return &hintedError{err, way}
}

// question is what is asked before the store is replaced.
func (c *candidate) question(p place) string {
	what := fmt.Sprintf("put the backup of commit %d in the place of %s", c.info.Commits, p.path)
	if c.lost > 0 {
		what += fmt.Sprintf(", and lose %s", counted(int(c.lost), "commit"))
	}
	return what
}
