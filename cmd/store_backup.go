package cmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// backupOptions say how a backup is encrypted, if at all.
type backupOptions struct {
	to             []string
	passphrase     bool
	passphraseFile string
}

func newStoreBackup(e *env) *cobra.Command {
	var o backupOptions
	c := &cobra.Command{
		Use:   "backup F",
		Short: "Copy the store, while others go on",
		Long: `Copy the store, while others go on. F is - for stdout.

The copy is one state of the store, checked before it takes the
place of an older backup, and for its owner alone (0600). It can
be read with the seal key alone, which is not in it: keep a copy
of that elsewhere.

With --to or --passphrase the copy is encrypted as age does it,
for a place that you do not trust with the names in it. R is a
recipient of age (age1...), an SSH public key, or a file of them.`,
		Example: `  jotkit store backup /mnt/backup/jotkit.db
  jotkit store backup - | ssh host 'cat > jotkit.db'
  jotkit store backup --to age1... jotkit.db.age`,
		Args: exactly("F"),
		RunE: func(c *cobra.Command, args []string) error { return e.backUp(c.Context(), args[0], o) },
	}
	c.Flags().Var(listValue{&o.to}, "to", "encrypt to `R`: age1..., an SSH key, a file (repeat)")
	c.Flags().BoolVar(&o.passphrase, "passphrase", false, "encrypt under a passphrase, which is asked for")
	c.Flags().Var(nonEmpty{&o.passphraseFile}, "passphrase-file", "encrypt under the passphrase in the file `F`")
	c.MarkFlagsMutuallyExclusive("to", "passphrase", "passphrase-file")
	return c
}

// backupJSON tells of a backup, for scripts.
type backupJSON struct {
	Path      string      `json:"path"`
	Size      int64       `json:"size"` // in bytes, as it lies there
	Commits   uint64      `json:"commits"`
	Revision  kv.Rev      `json:"revision"`
	SHA256    string      `json:"sha256"` // of the file
	SealKey   keyPlace    `json:"seal_key"`
	Encrypted bool        `json:"encrypted"`
	copied    bolt.Copied // what it was made of
}

// A keyPlace is a seal key by its id, and where it lies, "" where it is not at hand.
type keyPlace struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

func (e *env) backUp(ctx context.Context, name string, o backupOptions) error {
	p, err := e.existingPlace(ctx)
	if err != nil {
		return err
	}
	if err := p.fileAlone("jotkit store backup", "jotkit store copy "+shellWord(p.path)+" F makes a file of it; etcdctl snapshot save F, a backup of all that is in etcd"); err != nil {
		return err
	}
	target, err := e.backupTarget(ctx, p, name)
	if err != nil {
		return err
	}
	recipients, err := e.backupRecipients(ctx, o)
	if err != nil {
		return err
	}
	key, err := e.keyAtHand(ctx, p)
	if err != nil {
		return err
	}
	unless := e.auditBackup(ctx, p, key, target, recipients)
	done, err := e.makeBackup(ctx, p, target, recipients, key)
	if err != nil {
		unless(err)
		return err
	}
	e.noteBackup(done)
	if e.json {
		return e.printJSON(done)
	}
	return nil
}

func (e *env) backupRecipients(ctx context.Context, o backupOptions) ([]age.Recipient, error) {
	if !o.passphrase && o.passphraseFile == "" {
		return e.ageRecipients(ctx, o.to)
	}
	passphrase, err := e.newPassphrase(ctx, backupPassphrase(o.passphraseFile))
	if err != nil {
		return nil, err
	}
	r, err := e.scryptRecipient(passphrase)
	return []age.Recipient{r}, err
}

func backupPassphrase(file string) passphraseInput {
	return passphraseInput{"passphrase of the backup", file, "--passphrase-file"}
}

// keyAtHand reads the seal key. A backup does not need it, but is better with it: every record is opened then, and the
// audit has a line of it. The zero key stands for one that is not at hand.
func (e *env) keyAtHand(ctx context.Context, p place) (sealed.Key, error) {
	key, err := e.keyFor(ctx, p, p.store)
	if err == nil || ctx.Err() != nil {
		return key, err
	}
	if errors.Is(err, kv.ErrDamaged) || errors.Is(err, kv.ErrRolledBack) {
		return key, err // no key is in the way of it
	}
	e.warn("without the seal key the copy is not opened, and the audit has no line of it: %v", err)
	return sealed.Key{}, nil
}

// makeBackup makes the plain copy, checks it, and hands it to where it goes.
func (e *env) makeBackup(ctx context.Context, p place, t backupTarget, to []age.Recipient, key sealed.Key) (b backupJSON, err error) {
	plain, err := p.newCopy(t, len(to) > 0)
	if err != nil {
		return b, err
	}
	defer os.Remove(plain.Name())
	defer plain.Close()
	if b.copied, err = p.file.Copy(ctx, plain); err != nil {
		return b, err
	}
	if b.SealKey.ID, err = e.soundCopy(ctx, plain.Name(), key); err != nil {
		return b, err
	}
	b.Path, b.Commits, b.Revision, b.Encrypted = t.name, b.copied.Commits, b.copied.Rev, len(to) > 0
	if !key.IsZero() {
		b.SealKey.Path = p.keyPath
	}
	sum := sha256.New()
	switch {
	case t.name == "-":
		b.Size, err = e.streamBackup(ctx, plain, sum, to)
	case len(to) > 0:
		b.Size, err = t.encrypt(ctx, plain, sum, to)
	default:
		b.Size, err = io.Copy(sum, io.NewSectionReader(plain, 0, math.MaxInt64))
		if closing := plain.Close(); err == nil { // an open file has no other name on Windows
			err = closing
		}
		if err == nil {
			err = moveOver(plain.Name(), t.name)
		}
	}
	b.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return b, err
}

// newCopy makes the file for the plain copy. What is to be encrypted, or to go to stdout, lies beside the store meanwhile,
// and nowhere else.
func (p place) newCopy(t backupTarget, encrypted bool) (*os.File, error) {
	if t.name == "-" || encrypted {
		return p.newScratch("backup")
	}
	return newBeside(t.name)
}

// soundCopy checks a copy of a store, with the seal key every record of it. It returns the id of the key that opens it.
func (e *env) soundCopy(ctx context.Context, name string, key sealed.Key) (keyID string, err error) {
	copied := bolt.New(name, e.boltOptions())
	if err := checkPages(ctx, copied); err != nil {
		return "", err
	}
	about, err := sealOf(ctx, copied)
	if err == nil && key.ID() == about.SealKey {
		err = checkRecords(ctx, copied, key)
	}
	return about.SealKey, err
}

// auditBackup leaves a line in the audit before the copy is made, so that it is in the copy: a line after it would be a
// commit that the copy lacks, and every backup one to roll back to. unless takes it back in words. That the audit cannot
// be written spoils no backup: the store may be on a medium that is read-only by now.
func (e *env) auditBackup(ctx context.Context, p place, key sealed.Key, t backupTarget, to []age.Recipient) (unless func(error)) {
	if key.IsZero() {
		return func(error) {}
	}
	a := e.authority(sealed.New(p.store, key))
	detail := map[string]string{"to": t.shown()}
	if len(to) > 0 {
		detail["encrypted"] = "yes"
	}
	if err := a.Note(ctx, "store backup", detail); err != nil {
		e.warn("the audit has no line of it: %v", err)
		return func(error) {}
	}
	return func(why error) {
		if err := a.NoteFailed(context.WithoutCancel(ctx), "store backup", why); err != nil {
			e.warn("the audit has no line of the failure: %v", err)
		}
	}
}

// noteBackup tells the person.
func (e *env) noteBackup(b backupJSON) {
	what := "backed up"
	if b.Encrypted {
		what = "backed up, encrypted,"
	}
	e.note("%s %s of commit %d to %s", what, formatSize(b.Size), b.Commits, backupTarget{b.Path}.shown())
	e.note("others waited for %s", max(b.copied.Locked.Round(100*time.Microsecond), 100*time.Microsecond))
	where := ""
	if b.SealKey.Path != "" {
		where = ": " + b.SealKey.Path
	}
	e.note("it takes the seal key %s to read it, which is not in it%s", b.SealKey.ID, where)
}
