package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
)

// A recordCopy copies the records of a store as they lie, and compares. It goes on where one was cut off: what lies in the
// copy already is not written again.
type recordCopy struct {
	from, to kv.Store
	id       string // of the store
	// commits counts those of from; nil where a View may last long and keeps nobody waiting.
	commits func(context.Context) (uint64, error)
	write   bool // else it compares alone
	step    func(records int)

	envelope []byte // kv.SecretsName of from
	records  int
	size     int64 // of names and values, in bytes
	differ   int   // records that were not in the copy as they are in from
	rounds   int
}

// mostRounds is how often it is begun anew because somebody writes to the store meanwhile.
const mostRounds = 8

// all copies until a comparison of each record has found no difference, all of them read from one state of the store.
func (c *recordCopy) all(ctx context.Context) error {
	for c.rounds < mostRounds {
		found, steady, err := c.round(ctx)
		if c.differ += found; err != nil {
			return err
		}
		if found == 0 && steady || !c.write {
			return nil
		}
	}
	err := fmt.Errorf("%w: the store was written to all the time", authority.ErrConflict)
	return &hintedError{err, "stop who writes to it, such as serve, and say it again: it goes on where it is"}
}

// round compares all records, and writes those that differ. It returns how many did, and whether all were of one state.
func (c *recordCopy) round(ctx context.Context) (differ int, steady bool, err error) {
	c.rounds++
	c.records, c.size, c.envelope = 0, 0, nil
	page := func(p recordPage) error {
		n, err := c.page(ctx, p)
		differ += n
		return err
	}
	if c.commits == nil {
		err := c.from.View(ctx, func(v kv.View) error { return c.walk(ctx, within{v}, page) })
		return differ, true, err
	}
	before, err := c.commits(ctx)
	if err == nil {
		err = c.walk(ctx, viewed{ctx, c.from}, page)
	}
	if err != nil {
		return differ, false, err
	}
	after, err := c.commits(ctx)
	return differ, before == after, err
}

// page compares one page with what the copy has there, and writes what differs.
func (c *recordCopy) page(ctx context.Context, p recordPage) (differ int, err error) {
	for _, e := range p.entries {
		c.records++
		c.size += int64(len(e.Name) + len(e.Value))
	}
	c.step(len(p.entries))
	if c.to == nil {
		return len(p.entries), nil
	}
	puts, gone, err := c.differences(ctx, p)
	if err != nil || !c.write {
		return len(puts) + len(gone), err
	}
	for first := true; first && len(puts) > 0 || len(gone) > 0; first = false {
		some := gone[:min(len(gone), copyPage)]
		if gone = gone[len(some):]; first {
			err = c.put(ctx, puts, some)
		} else {
			err = c.put(ctx, nil, some)
		}
		if err != nil {
			return differ, err
		}
		differ += len(some)
	}
	return differ + len(puts), nil
}

// differences are the records of a page that the copy lacks or has otherwise, and the names in it that are gone.
func (c *recordCopy) differences(ctx context.Context, p recordPage) (puts []kv.Entry, gone []string, err error) {
	err = c.to.View(ctx, func(v kv.View) error {
		puts, gone = nil, nil
		left := p.entries
		for e, err := range v.Scan("", p.after) {
			if err != nil {
				return err
			}
			if p.last != "" && e.Name > p.last {
				break
			}
			if e.Name == kv.SecretsName || e.Name == kv.CopyName {
				continue
			}
			for len(left) > 0 && left[0].Name < e.Name {
				puts, left = append(puts, left[0]), left[1:]
			}
			if len(left) == 0 || left[0].Name != e.Name {
				gone = append(gone, e.Name)
				continue
			}
			if !bytes.Equal(left[0].Value, e.Value) {
				puts = append(puts, left[0])
			}
			left = left[1:]
		}
		puts = append(puts, left...)
		return nil
	})
	return puts, gone, err
}

// put writes records into the copy, which must still be one that is not whole.
func (c *recordCopy) put(ctx context.Context, puts []kv.Entry, gone []string) error {
	_, err := c.to.Update(ctx, func(tx kv.Tx) error {
		if err := c.begun(tx); err != nil {
			return err
		}
		for _, e := range puts {
			if err := tx.Put(e.Name, e.Value); err != nil {
				return err
			}
		}
		for _, name := range gone {
			if err := tx.Delete(name); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// begin is the first transaction of a copy.
func (c *recordCopy) begin(tx kv.Tx) error { return tx.Put(kv.CopyName, []byte(c.id)) }

// begun is an error where no copy of this store is on its way.
func (c *recordCopy) begun(r kv.Reader) error {
	id, err := r.Get(kv.CopyName)
	if errors.Is(err, kv.ErrNotFound) {
		return fmt.Errorf("%w: another command has ended the copy", authority.ErrConflict)
	}
	if err == nil && string(id) != c.id {
		err = fmt.Errorf("%w: a copy of another store was begun there", authority.ErrConflict)
	}
	return err
}

// end makes a store of the copy.
func (c *recordCopy) end(ctx context.Context) error {
	_, err := c.to.Update(ctx, func(tx kv.Tx) error {
		if err := c.begun(tx); err != nil {
			return err
		}
		if err := tx.Put(kv.SecretsName, c.envelope); err != nil {
			return err
		}
		return tx.Delete(kv.CopyName)
	})
	return err
}
