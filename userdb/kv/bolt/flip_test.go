package bolt_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// A flipped is a sealed store in which bits are flipped one at a time, and what there is to be read in it.
type flipped struct {
	t       *testing.T
	path    string
	file    *os.File
	store   kv.Store
	whole   []byte
	records map[string]string
	names   []string
	since   kv.Rev // a revision, and
	changed []string
	looks   int // at the store with a bit flipped
	wrong   int // answers
}

// newFlipped makes a store of n records, every one written twice and some taken away: so there are free pages with
// values that were true once.
func newFlipped(t *testing.T, n int) *flipped {
	f := &flipped{t: t, records: make(map[string]string)}
	key := sealed.NewKey()
	under := create(t, sealed.Fill(key, nil))
	f.path, f.store = under.Path(), sealed.New(under, key)
	name := func(i int) string { return fmt.Sprintf("deny/%05d", i) }
	for _, version := range []string{"old", "new"} {
		for some := range slices.Chunk(rand.Perm(n), max(n/4, 1)) {
			if _, err := f.store.Update(t.Context(), func(tx kv.Tx) (err error) {
				for _, i := range some {
					f.records[name(i)] = version + " of " + name(i)
					err = errors.Join(err, tx.Put(name(i), []byte(f.records[name(i)])))
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.since, _ = f.store.Rev()
	f.changed = []string{name(n - 1), name(n)}
	delete(f.records, name(n-1))
	f.records[name(n)] = "last"
	if _, err := f.store.Update(t.Context(), func(tx kv.Tx) error {
		return errors.Join(tx.Delete(name(n-1)), tx.Put(name(n), []byte("last")))
	}); err != nil {
		t.Fatal(err)
	}
	for name := range f.records {
		f.names = append(f.names, name)
	}
	slices.Sort(f.names)
	f.whole = read(t, f.path)
	var err error
	if f.file, err = os.OpenFile(f.path, os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.file.Close() })
	return f
}

// with flips a bit while it runs fn.
func (f *flipped) with(bit int, fn func()) {
	at := bit / 8
	f.set(at, f.whole[at]^1<<(bit%8))
	fn()
	f.set(at, f.whole[at])
}

func (f *flipped) set(at int, b byte) {
	if _, err := f.file.WriteAt([]byte{b}, int64(at)); err != nil {
		f.t.Fatal(err)
	}
}

// look reads what it can. It may not be there, or not be had; what is had must be right.
func (f *flipped) look(bit int) {
	f.looks++
	wrong := func(what string, got any, err error) {
		f.wrong++
		f.t.Errorf("bit %d of byte %d (page %d, %d): %s: %q, %v", bit%8, bit/8, bit/8/4096, bit/8%4096, what, got, err)
	}
	err := f.store.View(f.t.Context(), func(v kv.View) error {
		for range 2 {
			name := f.names[rand.IntN(len(f.names))]
			value, err := v.Get(name)
			if err == nil && string(value) != f.records[name] || err != nil && !lost(err) {
				wrong("get "+name, value, err)
			}
			found, value, err := v.Floor(name)
			if err == nil && !f.belongs(found, value) || err != nil && !lost(err) {
				wrong("floor "+name, found, err)
			}
		}
		some := 100
		for e, err := range v.Scan("deny/", f.names[rand.IntN(len(f.names))]) {
			if some--; some == 0 {
				break
			}
			if err == nil && !f.belongs(e.Name, e.Value) || err != nil && !lost(err) {
				wrong("scan", e.Name, err)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, kv.ErrUnavailable) {
		wrong("view", nil, err)
	}
	if bit%4 > 0 {
		return
	}
	names, _, err := kvtest.Changes(f.t.Context(), f.store, f.since)
	if err == nil && !slices.Equal(names, f.changed) || err != nil && !errors.Is(err, kv.ErrCompacted) && !lost(err) {
		wrong("changes", names, err)
	}
}

// figures ends a test that has looked at the store with one bit flipped at a time.
func (f *flipped) figures(promise string) {
	f.t.Helper()
	kvtest.Figure(f.t, promise, kvtest.Tried(f.looks, "flips"), kvtest.Never(f.wrong, "wrong answers"))
}

func lost(err error) bool {
	return errors.Is(err, kv.ErrNotFound) || errors.Is(err, kv.ErrUnavailable)
}

func (f *flipped) belongs(name string, value []byte) bool {
	if !strings.HasPrefix(name, "deny/") {
		return name == kv.SecretsName // Floor goes over all names
	}
	return f.records[name] == string(value)
}

// everyFew is how far apart the bits are that are tried.
func everyFew(used bool) int {
	switch {
	case os.Getenv("JOTKIT_LONG") != "":
		return 1
	case testing.Short() || raced:
		return 311
	case used:
		return 7
	}
	return 127
}

// often returns how many times to try something.
func often(normal, long int) int {
	switch {
	case os.Getenv("JOTKIT_LONG") != "":
		return long
	case testing.Short() || raced:
		return normal / 6
	}
	return normal
}

// Every bit of a store of a few pages with JOTKIT_LONG; without it some, others in each run, and fewer where bytes are zero.
func TestEveryBit(t *testing.T) {
	f := newFlipped(t, 10)
	start := rand.IntN(1000)
	for bit := range len(f.whole) * 8 {
		if (bit+start)%everyFew(f.whole[bit/8] != 0) == 0 {
			f.with(bit, func() { f.look(bit) })
		}
	}
	f.figures("A flipped bit anywhere in a store of a few pages gives the right answer or none")
	f.look(-1) // and the store is as it was
}

// A store with branch pages, where a bit can lead a search astray, or round in a circle.
func TestDeepBits(t *testing.T) {
	f := newFlipped(t, 3000)
	tries := often(1200, 50_000)
	branches := pagesOfKind(f.whole, 1)
	if len(branches) == 0 {
		t.Fatal("no branch page")
	}
	important := append(append(branches, pagesOfKind(f.whole, 0x10)...), 0, 1)
	for i := range tries {
		page := rand.IntN(len(f.whole) / 4096)
		if i%4 > 0 {
			page = important[rand.IntN(len(important))]
		}
		bit := page*4096*8 + rand.IntN(4096*8)
		if i%2 > 0 {
			bit = page*4096*8 + rand.IntN(400*8)
		}
		f.with(bit, func() { f.look(bit) })
	}
	f.figures("A flipped bit that leads a search astray gives the right answer or none")
}

// pagesOfKind returns the pages that have this flag in their header.
func pagesOfKind(file []byte, kind byte) (ids []int) {
	for at := 0; at < len(file); at += 4096 {
		if file[at+8] == kind && file[at+9] == 0 {
			ids = append(ids, at/4096)
		}
	}
	return ids
}

// Writing to a store with a flipped bit works, or is refused; it never takes the process along, and what is read
// afterwards is right or refused too.
func TestWriteWithFlippedBit(t *testing.T) {
	tries := often(150, 20_000)
	for _, n := range []int{10, 800} {
		f := newFlipped(t, n)
		companion := read(t, f.path+".lock")
		important := append(pagesOfKind(f.whole, 1), pagesOfKind(f.whole, 0x10)...)
		for i := range tries {
			bit := rand.IntN(len(f.whole) * 8)
			if i%2 > 0 {
				bit = important[rand.IntN(len(important))]*4096*8 + rand.IntN(200*8)
			}
			f.set(bit/8, f.whole[bit/8]^1<<(bit%8))
			changed := f.names[rand.IntN(len(f.names))]
			gone := f.names[rand.IntN(len(f.names))]
			before := f.records[changed]
			_, err := f.store.Update(t.Context(), func(tx kv.Tx) error {
				return errors.Join(tx.Delete(gone), tx.Put(changed, []byte("newer")))
			})
			if err != nil && !errors.Is(err, kv.ErrUnavailable) {
				t.Errorf("bit %d: update: %v", bit, err)
				f.wrong++
			}
			f.records[changed] = "newer"
			if err == nil {
				f.since++
				f.changed = []string{changed, gone}
				slices.Sort(f.changed)
				f.changed = slices.Compact(f.changed)
				f.look(bit)
				f.since--
			}
			f.records[changed] = before
			write(t, f.path, f.whole)
			write(t, f.path+".lock", companion)
		}
		kvtest.Figure(t, "A write to a store with a flipped bit is refused, or what is read after it is right or refused",
			kvtest.Tried(tries, "flips"), kvtest.Tried(f.looks, "writes done"), kvtest.Never(f.wrong, "wrong answers"))
	}
}
