package bolt_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"hash/fnv"
	"math"
	"os"
	"testing"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// withMeta sets a number of both meta pages, with the sum that bbolt believes.
func withMeta(whole []byte, at int, number func(was uint64) uint64) []byte {
	b := bytes.Clone(whole)
	for _, meta := range [][]byte{b[:4096], b[4096:8192]} {
		binary.NativeEndian.PutUint64(meta[at:], number(binary.NativeEndian.Uint64(meta[at:])))
		sum := fnv.New64a()
		sum.Write(meta[16:72])
		binary.NativeEndian.PutUint64(meta[72:], sum.Sum64())
	}
	return b
}

// withNumbers sets the store's own numbers, wherever they lie, with the sum that goes with them.
func withNumbers(t *testing.T, whole []byte, gen, watch uint64) []byte {
	t.Helper()
	b, found := bytes.Clone(whole), 0
	for at := 0; at+32+4 <= len(b); at++ {
		record := b[at : at+32+4]
		if sum := crc32.ChecksumIEEE(append([]byte("numbers"), record[:32]...)); sum != binary.BigEndian.Uint32(record[32:]) {
			continue
		}
		binary.BigEndian.PutUint64(record[16:], gen)
		binary.BigEndian.PutUint64(record[24:], watch)
		binary.BigEndian.PutUint32(record[32:], crc32.ChecksumIEEE(append([]byte("numbers"), record[:32]...)))
		found++
	}
	if found == 0 {
		t.Fatal("no numbers")
	}
	return b
}

// A file that somebody made to lead a check astray is damaged: it is not looked at for ever, no number comes back to 0
// behind the last there is, and it does not take the place of a store.
func TestHostile(t *testing.T) {
	const high, tx = 16 + 40, 16 + 48
	s := several(t)
	path, _ := copyOf(t, s)
	whole, want := read(t, path), everything(t, s)
	for name, hostile := range map[string][]byte{
		"pages beyond all numbers":    withMeta(whole, high, func(was uint64) uint64 { return was + 1<<52 }),
		"the last transaction of all": withMeta(whole, tx, func(was uint64) uint64 { return was%2 | math.MaxUint64 - 1 }),
		"the last commit of all":      withNumbers(t, whole, math.MaxUint64, 5000),
		"the last change of all":      withNumbers(t, whole, 100, math.MaxUint64),
		"nearly the last change":      withNumbers(t, whole, 100, math.MaxUint64-kv.KeptChanges),
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, hostile)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			done := make(chan error, 4)
			go func() {
				crafted := bolt.New(path, bolt.Options{})
				_, err := s.Restore(ctx, path, true, nil)
				done <- err
				_, err = crafted.Check(ctx)
				done <- err
				_, _, err = crafted.Compact(ctx, nil, nil)
				done <- err
				_, err = crafted.Update(ctx, func(tx kv.Tx) error { return tx.Put("deny/x", nil) })
				done <- err
			}()
			for _, what := range []string{"restore", "check", "compact", "update"} {
				select {
				case err := <-done:
					if !errors.Is(err, kv.ErrDamaged) {
						t.Errorf("%s: %v", what, err)
					}
				case <-ctx.Done():
					t.Fatalf("%s goes on for ever", what)
				}
			}
			if got := everything(t, s); len(got) != len(want) {
				t.Errorf("%d records of %d", len(got), len(want))
			}
		})
	}
}

// A companion that has seen a commit which there cannot be is what is damaged: a restore says so, and makes no store of
// which the next commit would be impossible.
func TestImpossibleCompanion(t *testing.T) {
	s := several(t)
	path, _ := copyOf(t, s)
	whole := read(t, s.Path()+".lock")
	binary.NativeEndian.PutUint64(whole[24:], math.MaxUint64)
	write(t, s.Path()+".lock", whole)
	if _, err := s.Info(t.Context()); !errors.Is(err, bolt.ErrCompanion) {
		t.Errorf("info: %v", err)
	}
	if _, err := s.Restore(t.Context(), path, true, nil); !errors.Is(err, bolt.ErrCompanion) {
		t.Errorf("restore: %v", err)
	}
	if err := os.Remove(s.Path() + ".lock"); err != nil {
		t.Fatal(err)
	}
	put(t, bolt.New(s.Path(), bolt.Options{}), "deny/x")
}
