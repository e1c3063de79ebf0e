package bolt

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"os"
	"time"
)

// Copied tells of a copy.
type Copied struct {
	Info                 // of the copy
	Again  int64         // bytes that had changed meanwhile, and were copied under the lock
	Locked time.Duration // how long others had to wait
}

// block is how many bytes are compared and copied at once.
const block = 64 << 10

// Copy copies the store as it is at one moment to a file that is empty and open for reading and writing, down to the
// disk. It copies twice: first while others go on, noting a sum of each block, and then under the lock only the blocks
// whose sum has changed.
func (s *Store) Copy(ctx context.Context, to *os.File) (c Copied, err error) {
	d := &duplicate{to: to, seed: maphash.MakeSeed(), buf: make([]byte, block)}
	path, err := s.real()
	if err != nil {
		return c, err
	}
	if err := d.first(ctx, path); err != nil {
		return c, explain(path, err)
	}
	var began time.Time
	err = s.read(ctx, func(r *reader) error {
		began = time.Now()
		c.Info, d.again = r.info(), 0
		c.Size = int64(len(r.pages.data))
		return d.pass(ctx, r.file.f, c.Size)
	})
	if err != nil {
		return c, err
	}
	c.Locked, c.Again = time.Since(began), d.again
	if err := to.Truncate(c.Size); err != nil {
		return c, err
	}
	return c, to.Sync()
}

// A duplicate is a copy in the making.
type duplicate struct {
	to    *os.File
	seed  maphash.Seed
	sums  []uint64 // of the blocks that were copied
	buf   []byte
	again int64
}

// first copies what lies in the file, while it may be written to: it may be no state at all, but is most of one.
func (d *duplicate) first(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|plain, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := sizeOf(f)
	if err != nil {
		return err
	}
	if err := d.pass(ctx, f, size); err != nil {
		return err
	}
	return d.to.Sync() // what is written here is not to be waited for under the lock
}

// pass copies the first size bytes of f, but for blocks that are as they were.
func (d *duplicate) pass(ctx context.Context, f *os.File, size int64) error {
	for at := int64(0); at < size; at += block {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b := d.buf[:min(block, size-at)]
		n, err := f.ReadAt(b, at)
		if n < len(b) {
			if errors.Is(err, io.EOF) {
				err = damaged("it was cut off meanwhile")
			}
			return err
		}
		if err := d.put(int(at/block), b); err != nil {
			return err
		}
	}
	return nil
}

func (d *duplicate) put(i int, b []byte) error {
	sum := maphash.Bytes(d.seed, b)
	switch {
	case i == len(d.sums):
		d.sums = append(d.sums, sum)
	case d.sums[i] == sum:
		return nil
	default:
		d.sums[i] = sum
	}
	d.again += int64(len(b))
	_, err := d.to.WriteAt(b, int64(i)*block)
	return err
}
