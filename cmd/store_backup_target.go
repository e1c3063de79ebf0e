package cmd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"jotkit/userdb/kv/bolt"
)

// errNoBackupThere comes back when a backup would take the place of a file that is none.
var errNoBackupThere = errors.New("it is there, and no backup")

// A backupTarget is where a backup goes: a path without links, or "-".
type backupTarget struct{ name string }

func (t backupTarget) shown() string {
	if t.name == "-" {
		return "stdout"
	}
	return t.name
}

// backupTarget looks at what is there now. An older backup is replaced, and nothing else is.
func (e *env) backupTarget(ctx context.Context, p place, name string) (backupTarget, error) {
	if name == "-" {
		switch {
		case e.term.out:
			return backupTarget{}, usagef("pipe it on, as in jotkit store backup - | ssh host 'cat > jotkit.db'", "a backup is nothing for a terminal")
		case e.json:
			return backupTarget{}, usagef("name a file, or leave out --json", "stdout has room for the backup alone")
		}
		return backupTarget{name}, nil
	}
	name, err := filepath.Abs(name)
	if err != nil {
		return backupTarget{}, err
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return backupTarget{name}, nil
	case err != nil:
		return backupTarget{}, err
	case info.IsDir():
		return backupTarget{}, usagef("name a file in it", "%q is a directory", name)
	case !info.Mode().IsRegular():
		return backupTarget{}, usagef("- writes to stdout", "%q is no regular file", name)
	}
	if what := p.own(info); what != "" {
		return backupTarget{}, usagef("name another file", "%q is the %s itself", name, what)
	}
	if name, err = filepath.EvalSymlinks(name); err != nil {
		return backupTarget{}, err
	}
	if err := checkReplaceable(name); err != nil {
		return backupTarget{}, err
	}
	return backupTarget{name}, p.checkSame(ctx, name)
}

// checkSame refuses to replace the backup of another store. Where one store was lost and another made in its place, what is
// there may be the last copy. An encrypted one does not tell whose it is.
func (p place) checkSame(ctx context.Context, name string) error {
	there, err := bolt.New(name, bolt.Options{Wait: time.Second}).Info(ctx)
	if err != nil {
		return nil // encrypted, or of no use
	}
	if own, err := p.file.Info(ctx); err != nil || own.ID == there.ID {
		return err
	}
	return &hintedError{fmt.Errorf("%w of this store, but of another one: %q", errNoBackupThere, name), "name another file, or move that one away"}
}

// checkReplaceable looks whether a file is a backup: it begins as one, and no companion lies beside it, as beside a store
// that is in use.
func checkReplaceable(name string) error {
	if _, err := os.Lstat(name + ".lock"); err == nil {
		return &hintedError{fmt.Errorf("%w, but a store in use: %q", errNoBackupThere, name), "name another file"}
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if n > 0 && !isBackup(head[:n]) {
		return &hintedError{fmt.Errorf("%w: %q", errNoBackupThere, name), "name another file, or move that one away"}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return err
}

// isStore tells whether a file begins as those of bbolt do: a page header of 16 bytes, and then a magic number.
func isStore(head []byte) bool {
	const magic, at = 0xED0CDAED, 16
	return len(head) >= at+4 && bytes.Equal(head[at:at+4], binary.NativeEndian.AppendUint32(nil, magic))
}

// encrypt writes the backup, encrypted, in the place of the one that is there.
func (t backupTarget) encrypt(ctx context.Context, plain io.ReadSeeker, sum hash.Hash, to []age.Recipient) (size int64, err error) {
	err = replaceWith(t.name, func(f io.Writer) error {
		out := &counting{Writer: io.MultiWriter(f, sum)}
		defer func() { size = out.n }()
		return encode(&untilDone{ctx, out}, plain, to)
	})
	return size, err
}

// untilDone writes until its context ends.
type untilDone struct {
	ctx context.Context
	io.Writer
}

func (u *untilDone) Write(b []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.Writer.Write(b)
}

// streamBackup writes the copy to stdout. Nothing was written there before it was known to be good.
func (e *env) streamBackup(ctx context.Context, plain io.ReadSeeker, sum hash.Hash, to []age.Recipient) (int64, error) {
	return interruptible(ctx, func() (int64, error) {
		out := &counting{Writer: io.MultiWriter(e.out, sum)}
		err := encode(out, plain, to)
		if err == nil {
			err = e.out.Flush()
		}
		return out.n, err
	})
}

// encode copies plain to out, encrypted where there are recipients.
func encode(out io.Writer, plain io.ReadSeeker, to []age.Recipient) error {
	if _, err := plain.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if len(to) == 0 {
		_, err := io.Copy(out, plain)
		return err
	}
	w, err := age.Encrypt(out, to...)
	if err == nil {
		_, err = io.Copy(w, plain)
	}
	if err == nil {
		err = w.Close()
	}
	return err
}

// counting counts what is written.
type counting struct {
	io.Writer
	n int64
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n += int64(n)
	return n, err
}
