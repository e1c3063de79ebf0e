package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// manyRecords makes a sealed store of a few pages, some of many small records and some of few large ones.
func manyRecords(t *testing.T) *kv.Memory {
	t.Helper()
	s := kv.NewMemory()
	commit(t, s, sealed.Fill(sealed.NewKey(), nil))
	commit(t, s, func(tx kv.Tx) error {
		for i := range 2*copyPage + 100 {
			if err := tx.Put(fmt.Sprintf("a/%05d", i), fmt.Appendf(nil, "%d", rand.Uint64())); err != nil {
				return err
			}
		}
		for i := range 5 {
			if err := tx.Put(fmt.Sprintf("z/%d", i), bytes.Repeat([]byte{byte(i)}, copyBytes*2/3)); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func commit(t testing.TB, s kv.Store, fn func(kv.Tx) error) {
	t.Helper()
	if _, err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// recordsOf is all that lies in a store.
func recordsOf(t testing.TB, s kv.Store) map[string]string {
	t.Helper()
	all, err := kvtest.Records(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var errCutOff = errors.New("cut off")

// A cutStore takes some commits more, and says of the last one, which it takes or not, that it does not know.
type cutStore struct {
	kv.Store
	left  int
	takes bool
}

func (s *cutStore) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	if s.left--; s.left >= 0 {
		return s.Store.Update(ctx, fn)
	}
	if s.left == -1 && s.takes {
		if _, err := s.Store.Update(ctx, fn); err != nil {
			return 0, err
		}
	}
	return 0, errCutOff
}

// copyTo begins a copy where none was begun, or goes on with it, to its end.
func copyTo(t *testing.T, from, to kv.Store) (*recordCopy, error) {
	t.Helper()
	about, err := sealOf(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	c := &recordCopy{from: from, to: to, id: about.Store, write: true, step: func(int) {}}
	_, err = sealOf(t.Context(), to)
	if err == nil {
		return c, nil // it was whole, though nobody was told
	}
	if !errors.Is(err, kv.ErrUnfinished) {
		if _, err := to.Update(t.Context(), c.begin); err != nil {
			return c, err
		}
	}
	if err := c.all(t.Context()); err != nil {
		return c, err
	}
	return c, c.end(t.Context())
}

// TestStoreCopyCutOff cuts a copy off at each of its commits. Until it is whole it is no store, and what comes after goes on.
func TestStoreCopyCutOff(t *testing.T) {
	from := manyRecords(t)
	want := recordsOf(t, from)
	for _, takes := range []bool{false, true} {
		whole := false
		for commits := 0; !whole; commits++ {
			to := kv.NewMemory()
			_, err := copyTo(t, from, &cutStore{to, commits, takes})
			if whole = err == nil; !whole && !errors.Is(err, errCutOff) {
				t.Fatal(err)
			}
			_, err = sealOf(t.Context(), to)
			_, keys := recordsOf(t, to)[kv.SecretsName]
			if !whole && !keys && err == nil || keys && err != nil {
				t.Errorf("cut off at commit %d: %v", commits, err)
			}
			before := len(recordsOf(t, to))
			c, err := copyTo(t, from, to)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, recordsOf(t, to)); diff != "" {
				t.Fatalf("cut off at commit %d: %s", commits, diff)
			}
			if !keys && before > 1 && c.differ != len(want)-before {
				t.Errorf("%d records lay there of %d, and %d were written", before-1, len(want)-1, c.differ)
			}
		}
	}
	if diff := cmp.Diff(want, recordsOf(t, from)); diff != "" {
		t.Errorf("the store was changed: %s", diff)
	}
}

// A meddler writes to a store after each commit to another one.
type meddler struct {
	kv.Store
	after func()
}

func (m *meddler) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	rev, err := m.Store.Update(ctx, fn)
	m.after()
	return rev, err
}

// TestStoreCopyWhileWritten: what is written, changed and deleted meanwhile is in the copy too, and who never stops gets none.
func TestStoreCopyWhileWritten(t *testing.T) {
	for _, often := range []int{0, 1, 5, 1 << 30} {
		from, done := manyRecords(t), 0
		to := kv.NewMemory()
		_, err := copyTo(t, from, &meddler{to, func() {
			if done++; done > often {
				return
			}
			commit(t, from, func(tx kv.Tx) error {
				if err := tx.Delete(fmt.Sprintf("a/%05d", rand.N(copyPage))); err != nil {
					return err
				}
				if err := tx.Put(fmt.Sprintf("a/%05d", rand.N(3*copyPage)), []byte("meddled with")); err != nil {
					return err
				}
				return tx.Put("b", fmt.Append(nil, done))
			})
		}})
		if often == 1<<30 {
			if !errors.Is(err, authority.ErrConflict) {
				t.Errorf("%v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(recordsOf(t, from), recordsOf(t, to)); diff != "" {
			t.Errorf("meddled with %d times: %s", often, diff)
		}
	}
}

// TestStoreCopyOfOneState: a file is read in many transactions. What is written to it between them has all compared anew.
func TestStoreCopyOfOneState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jotkit.db")
	if err := bolt.Create(t.Context(), path, bolt.Options{}, sealed.Fill(sealed.NewKey(), nil)); err != nil {
		t.Fatal(err)
	}
	from, to := bolt.New(path, bolt.Options{}), kv.NewMemory()
	put := func(name, value string) {
		t.Helper()
		commit(t, from, func(tx kv.Tx) error { return tx.Put(name, []byte(value)) })
	}
	commit(t, from, func(tx kv.Tx) error {
		for i := range copyPage + 10 {
			if err := tx.Put(fmt.Sprintf("n/%05d", i), nil); err != nil {
				return err
			}
		}
		return nil
	})
	about, err := sealOf(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	c := &recordCopy{from: from, to: to, id: about.Store, write: true, commits: func(ctx context.Context) (uint64, error) {
		said, err := from.Info(ctx)
		return said.Commits, err
	}}
	commit(t, to, c.begin)
	pages := 0
	c.step = func(int) {
		if pages++; pages == 4 { // in the round that finds no difference, behind the page that was compared
			put("a", "late")
		}
	}
	if err := c.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.end(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(recordsOf(t, from), recordsOf(t, to)); diff != "" {
		t.Error(diff)
	}
}

// TestStoreCopyTwice: of two that copy at once, one ends it; the other one writes nothing to what is a store by then.
func TestStoreCopyTwice(t *testing.T) {
	from, to := manyRecords(t), kv.NewMemory()
	about, err := sealOf(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	late := &recordCopy{from: from, to: to, id: about.Store, write: true, step: func(int) {}}
	if _, err := copyTo(t, from, to); err != nil {
		t.Fatal(err)
	}
	commit(t, to, func(tx kv.Tx) error { return tx.Put("a/00000", []byte("of the new one")) })
	if err := late.all(t.Context()); !errors.Is(err, authority.ErrConflict) {
		t.Errorf("%v", err)
	}
	if err := late.end(t.Context()); !errors.Is(err, authority.ErrConflict) {
		t.Errorf("%v", err)
	}
	if got := recordsOf(t, to)["a/00000"]; got != "of the new one" {
		t.Errorf("it was written over: %q", got)
	}
}
