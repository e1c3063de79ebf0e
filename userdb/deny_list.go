package userdb

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"jotkit/userdb/kv"
)

const (
	splitAbove = 200 // entries; a chunk of more becomes two
	mergeUpTo  = 100 // entries; neighbours of no more together become one
	sweep      = 8   // chunks looked at beside the one that is written
)

// CreateDeny writes the empty deny list of a new store, one chunk over the whole space. A list that is there already is
// kv.ErrExists: to make one over it would forgive everything.
func CreateDeny(tx kv.Tx) error {
	name, _, err := tx.Floor(denyPrefix + "\xff")
	switch {
	case err == nil && isChunk(name):
		return fmt.Errorf("%w: a deny list is there", kv.ErrExists)
	case err != nil && !errors.Is(err, kv.ErrNotFound):
		return err
	}
	return putChunk(tx, Chunk{})
}

// chunkAt returns the chunk that covers d. That there is none is damage.
func chunkAt(r kv.Reader, d Digest) (Chunk, error) {
	want := denyPrefix + d.String()
	name, value, err := r.Floor(want)
	if errors.Is(err, kv.ErrNotFound) || err == nil && !isChunk(name) {
		return Chunk{}, hole(d)
	}
	if err != nil {
		return Chunk{}, err
	}
	c, err := ParseChunk(name, value)
	if err == nil && !c.Covers(d) {
		err = hole(d)
	}
	return c, err
}

// change edits the chunk that covers d, and tidies where it writes anyway: expired entries go, sparse neighbours are
// merged, a chunk grown too long is split. When edit changes nothing, nothing is written and no verifier is woken.
func change(tx kv.Tx, d Digest, now time.Time, edit func(*Chunk) bool) error {
	c, err := chunkAt(tx, d)
	if err != nil || !edit(&c) {
		return err
	}
	c.expire(now)
	if err := c.absorb(tx, now); err != nil {
		return err
	}
	for _, part := range c.split() {
		if err := putChunk(tx, part); err != nil {
			return err
		}
	}
	return nil
}

func putChunk(tx kv.Tx, c Chunk) error { return tx.Put(c.Name(), c.bytes()) }

// set puts an entry in, and tells whether that changes anything.
func (c *Chunk) set(e denied) bool {
	i, ok := c.search(e.digest)
	switch {
	case ok && c.entries[i] == e:
		return false
	case ok:
		c.entries[i] = e
	default:
		c.entries = slices.Insert(c.entries, i, e)
	}
	return true
}

// remove takes an entry out, and tells whether it was there.
func (c *Chunk) remove(d Digest) bool {
	i, ok := c.search(d)
	if ok {
		c.entries = slices.Delete(c.entries, i, i+1)
	}
	return ok
}

func (c *Chunk) expire(now time.Time) {
	c.entries = slices.DeleteFunc(c.entries, func(e denied) bool { return over(e.until, now) })
}

// absorb merges the chunks that follow into c for as long as all is sparse, within the bound of one sweep.
func (c *Chunk) absorb(tx kv.Tx, now time.Time) error {
	for range sweep {
		if c.last() || len(c.entries) > mergeUpTo {
			return nil
		}
		next, err := chunkAt(tx, c.high)
		if err != nil {
			return err
		}
		if !next.follows(c.span) {
			return damaged(next.Name(), "it overlaps the chunk before it")
		}
		next.expire(now)
		if len(c.entries)+len(next.entries) > mergeUpTo {
			return nil
		}
		if err := tx.Delete(next.Name()); err != nil {
			return err
		}
		c.high, c.entries = next.high, append(c.entries, next.entries...)
	}
	return nil
}

// split returns c, or its two halves when it has grown too long.
func (c Chunk) split() []Chunk {
	if len(c.entries) <= splitAbove {
		return []Chunk{c}
	}
	half := len(c.entries) / 2
	at := c.entries[half].digest
	return []Chunk{{span{c.low, at}, c.entries[:half]}, {span{at, c.high}, c.entries[half:]}}
}
