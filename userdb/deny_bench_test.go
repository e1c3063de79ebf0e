package userdb_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"jotkit/token/versus"
	"jotkit/userdb"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// A denyBench is a sealed store file with so many revocations in it, and the list of them in memory.
type denyBench struct {
	n       int
	store   kv.Store
	secrets kv.Secrets
	list    *userdb.DenyList
	asked   []string // ids to look up, every second one denied
	chunks  []string // names of some records
}

// BenchmarkDenied fills a store of each size, and lets them take turns. From a million on only with JOTKIT_LONG.
func BenchmarkDenied(b *testing.B) {
	sizes := []int{0, 1_000, 10_000}
	if !testing.Short() {
		sizes = append(sizes, 100_000)
	}
	if os.Getenv("JOTKIT_LONG") != "" {
		sizes = append(sizes, 1_000_000, 10_000_000)
	}
	stores := make([]*denyBench, len(sizes))
	for i, n := range sizes {
		stores[i] = newDenyBench(b, n)
	}
	b.Run("load", func(b *testing.B) { stores[len(stores)-1].load(b) })
	for _, s := range stores[1:] {
		b.Run(fmt.Sprint("memory of ", s.n), s.weigh)
	}
	for _, s := range stores {
		s.loadOnce(b)
	}
	race := func(work string, atMost float64, do func(s *denyBench, b *testing.B) func(n int)) {
		b.Run(work, func(b *testing.B) {
			g := versus.Growth{Chart: "revocations", Work: work, AtMost: atMost}
			for _, s := range stores {
				g.Sizes = append(g.Sizes, versus.Size{N: float64(s.n), Runner: versus.Runner{Do: do(s, b)}})
			}
			g.Run(b)
		})
	}
	race("look-up in the revocation list", 2.5, (*denyBench).lookUps)
	race("hear of one revocation", 0, (*denyBench).renewals)
	race("write one revocation", 0, (*denyBench).revocations)
}

func denyName(i int) string { return fmt.Sprintf("token-of-26-characters-%09d", i) }

// newDenyBench fills a store: as many revocations as a busy day leaves, a few of them for ever.
func newDenyBench(b *testing.B, n int) *denyBench {
	b.Helper()
	s := &denyBench{n: n}
	path, key := filepath.Join(b.TempDir(), "s.db"), sealed.NewKey()
	must(b, bolt.Create(b.Context(), path, bolt.Options{}, sealed.Fill(key, func(tx kv.Tx) (err error) {
		s.secrets, err = kv.ReadSecrets(tx)
		return err
	})))
	s.store = sealed.New(bolt.New(path, bolt.Options{}), key)
	s.fill(b)
	for i := range 1 << 16 { // far more than the caches of a processor hold
		k := i * 7919 % (n/2 + 1)
		if i%2 == 1 {
			k += n
		}
		s.asked = append(s.asked, denyName(k))
	}
	return s
}

// fill writes the records, some thousands in each commit.
func (s *denyBench) fill(b *testing.B) {
	b.Helper()
	var batch []kv.Entry
	write := func() {
		_, err := s.store.Update(b.Context(), func(tx kv.Tx) error {
			for _, e := range batch {
				if err := tx.Put(e.Name, e.Value); err != nil {
					return err
				}
			}
			return nil
		})
		must(b, err)
		batch = batch[:0]
	}
	for name, value := range userdb.DenyRecordsOf(s.secrets, s.n, denyName, denyEntry) {
		batch = append(batch, kv.Entry{Name: name, Value: value})
		if len(s.chunks) < 1000 {
			s.chunks = append(s.chunks, name)
		}
		if len(batch) == 4096 {
			write()
		}
	}
	write()
}

func denyEntry(i int) userdb.Entry {
	if i%10_000 == 0 {
		return userdb.Entry{Until: userdb.Forever, Cut: noon}
	}
	within := func(salt int) time.Duration { return time.Duration(i*salt%86400) * time.Second }
	return userdb.Entry{Until: noon.Add(within(7919)), Cut: noon.Add(-within(104729))}
}

// loadOnce reads the list as serve does when it starts, and returns how long others had to wait for the store, and how long
// it took.
func (s *denyBench) loadOnce(b *testing.B) (held, took time.Duration) {
	b.Helper()
	began := time.Now()
	var records *userdb.DenyRecords
	must(b, s.store.View(b.Context(), func(v kv.View) (err error) {
		records, err = userdb.ReadDeny(v, s.secrets)
		return err
	}))
	held = time.Since(began)
	list, err := records.List()
	must(b, err)
	if took = time.Since(began); list.Len() != s.n {
		b.Fatalf("%d revocations of %d", list.Len(), s.n)
	}
	s.list = list
	return held, took
}

func (s *denyBench) load(b *testing.B) {
	var held, took []float64
	for b.Loop() {
		s.list = nil
		runtime.GC() // a process that starts has no garbage to clear away
		h, t := s.loadOnce(b)
		held, took = append(held, h.Seconds()), append(took, t.Seconds())
	}
	s.list = nil
	work := fmt.Sprintf("load %d revocations", s.n)
	versus.Figure(b, work, took, "s", 1)
	versus.Figure(b, work+", the store held", held, "s", 0)
}

// weigh measures what the heap holds of the list, and nothing else.
func (s *denyBench) weigh(b *testing.B) {
	var bytes []float64
	for b.Loop() {
		s.list = nil
		before := heap()
		s.loadOnce(b)
		bytes = append(bytes, float64(heap()-before)/float64(s.n))
	}
	s.list = nil
	versus.Figure(b, fmt.Sprintf("memory of one of %d revocations", s.n), bytes, "bytes", 20)
}

// heap is how much memory is in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first one found in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (s *denyBench) lookUps(b *testing.B) func(int) {
	i := 0
	return func(n int) {
		for range n {
			_, denied, err := s.list.Denied(userdb.KindToken, s.asked[i])
			if err != nil || denied != (i%2 == 0 && s.n > 0) {
				b.Fatal(s.asked[i], denied, err)
			}
			i = (i + 1) % len(s.asked)
		}
	}
}

func (s *denyBench) renewals(b *testing.B) func(int) {
	i := 0
	return func(n int) {
		for range n {
			must(b, s.store.View(b.Context(), func(v kv.View) error {
				next, err := s.list.Renew(v, s.chunks[i:i+1])
				s.list = next
				return err
			}))
			i = (i + 1) % len(s.chunks)
		}
	}
}

func (s *denyBench) revocations(b *testing.B) func(int) {
	i := 0
	return func(n int) {
		for range n {
			_, err := s.store.Update(b.Context(), func(tx kv.Tx) error {
				return userdb.Deny(tx, s.secrets, userdb.KindToken, fmt.Sprint("new ", i), userdb.Entry{Until: noon.Add(time.Hour)}, noon)
			})
			must(b, err)
			i++
		}
	}
}
