package cmd

import (
	"context"
	"hash"
	"io"

	"filippo.io/age"
)

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
