package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// copyOf copies a store to a file of its own.
func copyOf(t *testing.T, s *bolt.Store) (string, bolt.Copied) {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "copy")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := s.Copy(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return f.Name(), c
}

// everything reads all records.
func everything(t *testing.T, s kv.Store) map[string]string {
	t.Helper()
	all, err := kvtest.Records(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sound(t *testing.T, s *bolt.Store) {
	t.Helper()
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("check: %q, %v", faults, err)
	}
	check(t, s.Path())
}

// big makes a store with branch pages and free ones.
func big(t *testing.T, n int) *bolt.Store {
	s := create(t, nil)
	for i := range 10 {
		if err := update(s, func(tx kv.Tx) error {
			for j := range n / 10 {
				if err := tx.Put(fmt.Sprintf("deny/%05d", i*n/10+j), bytes.Repeat([]byte{byte(i)}, 100)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestInfo(t *testing.T) {
	s := big(t, 100)
	info, err := s.Info(t.Context())
	file, _ := os.Stat(s.Path())
	rev, _ := s.Rev()
	if err != nil || info.Commits != 11 || info.Rev != rev || info.Size != file.Size() || !info.Guarded || len(info.ID) != 32 {
		t.Errorf("%+v, %v", info, err)
	}
	if info.Pages < 8 || info.Free < 1 || info.Free >= info.Pages || int64(info.Pages*info.PageSize) > info.Size {
		t.Errorf("%+v", info)
	}
	sound(t, s)
}

// A copy has what was committed at one moment, whatever is written meanwhile.
func TestCopy(t *testing.T) {
	s := big(t, 20_000)
	var writing atomic.Bool
	writing.Store(true)
	done := make(chan int)
	go func() {
		n := 0
		for ; writing.Load(); n++ {
			if err := update(s, func(tx kv.Tx) error { // both or none
				return errors.Join(tx.Put("a", fmt.Append(nil, n)), tx.Put("z", fmt.Append(nil, n)),
					tx.Put(fmt.Sprintf("deny/%05d", rand.IntN(20_000)), make([]byte, rand.IntN(300))))
			}); err != nil {
				t.Error(err)
				break
			}
		}
		done <- n
	}()
	copies, torn := often(6, 60), 0
	for range copies {
		path, c := copyOf(t, s)
		copied := bolt.New(path, bolt.Options{})
		sound(t, copied)
		all := everything(t, copied)
		if all["a"] != all["z"] || len(all) < 20_000 {
			torn++
			t.Errorf("a %q, z %q, %d records", all["a"], all["z"], len(all))
		}
		info, err := copied.Info(t.Context())
		c.Guarded, info.Guarded = false, false
		if err != nil || info != c.Info {
			t.Errorf("the copy is %+v, %v, and was said to be %+v", info, err, c.Info)
		}
		if c.Again > c.Size/2 {
			t.Errorf("%d of %d bytes were copied under the lock", c.Again, c.Size)
		}
	}
	writing.Store(false)
	kvtest.Figure(t, "A copy made while others write is one committed moment",
		kvtest.Tried(copies, "copies"), kvtest.Tried(<-done, "commits meanwhile"), kvtest.Never(torn, "copies torn"))
}

func TestCopyOfDamaged(t *testing.T) {
	s := several(t)
	whole := read(t, s.Path())
	for _, keep := range []int{0, 8192, lastPage(whole)} {
		write(t, s.Path(), whole[:keep])
		f, _ := os.CreateTemp(t.TempDir(), "copy")
		if _, err := s.Copy(t.Context(), f); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("cut to %d: %v", keep, err)
		}
		f.Close()
	}
}

// A copy put back is the store, with what is written in the same commit. Every verifier reads again, and older copies are
// refused as before.
func TestRestore(t *testing.T) {
	s := several(t)
	put(t, s, "deny/1")
	path, c := copyOf(t, s)
	want := everything(t, s)
	before, _ := s.Rev()
	write(t, s.Path(), []byte("damage"))
	done, err := s.Restore(t.Context(), path, false, func(tx kv.Tx) error { return tx.Put("note", []byte("restored")) })
	if err != nil || done.Lost != 0 || done.Commits != c.Commits+1 || done.ID != c.ID {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := read(t, done.Replaced); string(got) != "damage" {
		t.Errorf("put aside: %d bytes", len(got))
	}
	want["note"] = "restored"
	if got := everything(t, s); !maps.Equal(got, want) {
		t.Error("not what was copied")
	}
	rev, err := s.Rev()
	if err != nil || rev != done.Rev || rev <= before+kv.KeptChanges {
		t.Errorf("revision %d after %d, %v", rev, before, err)
	}
	if _, _, err := kvtest.Changes(t.Context(), s, before); !errors.Is(err, kv.ErrCompacted) {
		t.Errorf("changes since: %v", err)
	}
	next := put(t, s, "deny/2")
	if names, now, err := kvtest.Changes(t.Context(), s, rev); len(names) != 1 || now != next || err != nil {
		t.Errorf("changes after: %q, %d, %v", names, now, err)
	}
	sound(t, s)
	wantFiles(t, filepath.Dir(s.Path()), "store", "store.lock", filepath.Base(done.Replaced))
	write(t, s.Path(), read(t, path))
	refused(t, s, kv.ErrRolledBack)
}

// What was committed after the copy, or in another store, is given up only when that is accepted.
func TestRestoreRollsBack(t *testing.T) {
	s, other := several(t), several(t)
	path, _ := copyOf(t, s)
	foreign, _ := copyOf(t, other)
	put(t, s, "deny/1")
	put(t, s, "user/99")
	want := read(t, s.Path())
	for name, from := range map[string]string{"older": path, "another": foreign} {
		done, err := s.Restore(t.Context(), from, false, nil)
		if !errors.Is(err, kv.ErrRolledBack) || done.Replaced != "" {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
		if name == "older" && done.Lost != 2 {
			t.Errorf("%d commits would be lost", done.Lost)
		}
		if got := read(t, s.Path()); !bytes.Equal(got, want) {
			t.Errorf("%s: the store was changed", name)
		}
	}
	wantFiles(t, filepath.Dir(s.Path()), "store", "store.lock")
	id := must(t, s).ID
	for _, from := range []string{foreign, path} {
		commits := must(t, s).Commits
		done, err := s.Restore(t.Context(), from, true, nil)
		if err != nil || done.Commits <= commits || done.Lost == 0 || done.ID != id {
			t.Errorf("%+v, %v", done, err)
		}
		sound(t, s)
	}
	view(t, s, func(v kv.View) {
		if _, err := v.Get("user/99"); !errors.Is(err, kv.ErrNotFound) {
			t.Errorf("a record that the copy has not: %v", err)
		}
	})
}

func must(t *testing.T, s *bolt.Store) bolt.Info {
	t.Helper()
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// A copy is a store on another machine, and in a place that a store was taken away from.
func TestRestoreToNothing(t *testing.T) {
	path, c := copyOf(t, several(t))
	s := bolt.New(filepath.Join(t.TempDir(), "new", "store"), bolt.Options{})
	for range 2 {
		done, err := s.Restore(t.Context(), path, false, nil)
		if err != nil || done.Replaced != "" || done.ID == c.ID || done.Commits != c.Commits+1 || !done.Guarded {
			t.Fatalf("%+v, %v", done, err)
		}
		sound(t, s)
		if err := errors.Join(os.Remove(s.Path()), os.Remove(s.Path()+".lock")); err != nil {
			t.Fatal(err)
		}
	}
}

// Of one copy come two stores, where nothing was known of the place: neither stands for the other, however many commits it
// has, and no revision of one is taken for one of the other.
func TestRestoreOfAnother(t *testing.T) {
	s := several(t)
	path, _ := copyOf(t, s)
	for i := range 5 {
		put(t, s, fmt.Sprintf("deny/%d", i))
	}
	newer, c := copyOf(t, s)
	there := bolt.New(filepath.Join(t.TempDir(), "store"), bolt.Options{})
	done, err := there.Restore(t.Context(), path, false, nil)
	if err != nil || done.Rev <= c.Rev+kv.KeptChanges {
		t.Fatalf("%+v, %v", done, err)
	}
	put(t, there, "deny/revoked there")
	if _, err := there.Restore(t.Context(), newer, false, nil); !errors.Is(err, kv.ErrRolledBack) {
		t.Errorf("the copy of a store that goes on elsewhere: %v", err)
	}
	if _, err := s.Restore(t.Context(), there.Path(), false, nil); !errors.Is(err, kv.ErrRolledBack) {
		t.Errorf("and the other way round: %v", err)
	}
	if got := everything(t, there); got["deny/revoked there"] == "" {
		t.Errorf("%q", got)
	}
}

// What is no file is not put aside for a store.
func TestRestoreOverNoFile(t *testing.T) {
	path, _ := copyOf(t, several(t))
	dir := t.TempDir()
	inside := filepath.Join(dir, "directory", "of mine")
	if err := os.Mkdir(filepath.Dir(inside), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, inside, nil)
	names := []string{"directory"}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err == nil { // not everybody may, on Windows
		names = append(names, "link")
	}
	for _, name := range names {
		done, err := bolt.New(filepath.Join(dir, name), bolt.Options{}).Restore(t.Context(), path, true, nil)
		if !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
	}
	wantFiles(t, dir, names...)
	read(t, inside)
}

// A copy that is not whole is refused before anything is touched, and so is one whose last words are refused.
func TestRestoreRefusesDamage(t *testing.T) {
	s := several(t)
	path, _ := copyOf(t, s)
	whole, want := read(t, path), read(t, s.Path())
	for name, content := range map[string][]byte{
		"empty": {}, "no store": []byte("hello"), "cut": whole[:len(whole)-4096], "two metas": whole[:8192],
	} {
		write(t, path, content)
		if _, err := s.Restore(t.Context(), path, true, nil); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, path, whole)
	mine := errors.New("mine")
	if _, err := s.Restore(t.Context(), path, true, func(kv.Tx) error { return mine }); !errors.Is(err, mine) {
		t.Error(err)
	}
	if _, err := s.Restore(t.Context(), path+".no", true, nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if got := read(t, s.Path()); !bytes.Equal(got, want) {
		t.Error("the store was changed")
	}
	wantFiles(t, filepath.Dir(s.Path()), "store", "store.lock")
}

// A compaction takes the free pages away and changes nothing that is read; who follows the changes goes on.
func TestCompact(t *testing.T) {
	s := big(t, 4000)
	if err := update(s, func(tx kv.Tx) (err error) {
		for i := range 3500 {
			err = errors.Join(err, tx.Delete(fmt.Sprintf("deny/%05d", i)))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want, since := everything(t, s), must(t, s).Rev
	changed := put(t, s, "deny/00001")
	want["deny/00001"] = "x"
	before, after, err := s.Compact(t.Context(), nil, func(tx kv.Tx) error { return tx.Put("note", []byte("compacted")) })
	if err != nil || after.Commits != before.Commits+1 || after.Rev != before.Rev || after.Size*2 > before.Size || after.Free > 8 {
		t.Errorf("%+v, %+v, %v", before, after, err)
	}
	want["note"] = "compacted"
	if got := everything(t, s); !maps.Equal(got, want) {
		t.Error("not what it was, with what was written beside")
	}
	if names, now, err := kvtest.Changes(t.Context(), s, since); len(names) != 1 || now != changed || err != nil {
		t.Errorf("changes: %q, %d, %v", names, now, err)
	}
	sound(t, s)
	wantFiles(t, filepath.Dir(s.Path()), "store", "store.lock")
	put(t, s, "deny/2")
}

// A compaction that changes values makes another state of the store, which everybody reads again.
func TestCompactChanges(t *testing.T) {
	s := big(t, 200)
	since := must(t, s).Rev
	mine := errors.New("mine")
	if _, _, err := s.Compact(t.Context(), func(string, []byte) ([]byte, error) { return nil, mine }, nil); !errors.Is(err, mine) {
		t.Error(err)
	}
	wantFiles(t, filepath.Dir(s.Path()), "store", "store.lock")
	_, after, err := s.Compact(t.Context(), func(name string, value []byte) ([]byte, error) {
		return append([]byte(name+" "), value...), nil
	}, nil)
	if err != nil || after.Rev <= since+kv.KeptChanges {
		t.Errorf("%+v, %v", after, err)
	}
	for name, value := range everything(t, s) {
		if !strings.HasPrefix(value, name+" ") {
			t.Errorf("%q: %q", name, value)
		}
	}
	if _, _, err := kvtest.Changes(t.Context(), s, since); !errors.Is(err, kv.ErrCompacted) {
		t.Errorf("changes: %v", err)
	}
	sound(t, s)
}

// Check finds what bbolt's own check finds, and does not go round in circles: any page of a store is put in the place of
// any other.
func TestCheckFinds(t *testing.T) {
	s := big(t, 1000)
	whole := read(t, s.Path())
	pages := int(must(t, s).Pages)
	tried, found, missed := 0, 0, 0
	for range often(300, 5000) {
		from, to := rand.IntN(pages), 2+rand.IntN(pages-2)
		b := bytes.Clone(whole)
		copy(b[to*4096:], whole[from*4096:(from+1)*4096])
		if rand.IntN(2) == 0 { // and says that it is the one in whose place it is
			copy(b[to*4096:], whole[to*4096:to*4096+8])
		}
		if bytes.Equal(b, whole) {
			continue
		}
		write(t, s.Path(), b)
		faults, err := s.Check(t.Context())
		if err != nil && !errors.Is(err, kv.ErrUnavailable) { // a page of before may make it an older store
			t.Errorf("page %d as %d: %v", from, to, err)
		}
		tried++
		if err != nil || len(faults) > 0 {
			found++
		} else if inUse(t, s.Path(), to) {
			missed++
			t.Errorf("page %d as %d: not noticed", from, to)
		}
	}
	kvtest.Figure(t, "A check finds every page that lies in the place of another",
		kvtest.Tried(tried, "pages misplaced"), kvtest.Tried(found, "found"), kvtest.Never(missed, "in use and not noticed"))
	if found == 0 || found == tried {
		t.Errorf("%d of %d found: nothing was told apart", found, tried)
	}
	write(t, s.Path(), whole)
	sound(t, s)
}

// inUse tells whether a page is part of a tree.
func inUse(t *testing.T, path string, id int) bool {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	free := false
	if err := db.View(func(tx *bbolt.Tx) error {
		page, err := tx.Page(id)
		free = err == nil && page.Type == "free"
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return !free
}

func TestLeftovers(t *testing.T) {
	s := create(t, nil)
	left := s.Path() + ".new-ABC"
	write(t, left, nil)
	write(t, s.Path()+".newer", nil)
	if got, err := bolt.Leftovers(s.Path()); err != nil || len(got) != 1 || got[0] != left {
		t.Errorf("%q, %v", got, err)
	}
}
