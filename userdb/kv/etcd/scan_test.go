//go:build etcd

package etcd

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"pgregory.net/rapid"
)

// A shelf answers as members do: it goes through all keys of a range, and says how many they are.
type shelf struct {
	keys             []string // in order
	requests, walked int
}

func newShelf(names []string) *shelf {
	s := &shelf{}
	for _, name := range names {
		s.keys = append(s.keys, "p/r/"+name)
	}
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
	return s
}

func (s *shelf) answer(from, to string) *pb.RangeResponse {
	begin, _ := slices.BinarySearch(s.keys, from)
	end, _ := slices.BinarySearch(s.keys, to)
	n := max(end-begin, 0)
	s.requests++
	s.walked += n
	found := &pb.RangeResponse{Count: int64(n), More: n > page}
	for _, key := range s.keys[begin : begin+min(n, page)] {
		found.Kvs = append(found.Kvs, &mvccpb.KeyValue{Key: []byte(key)})
	}
	return found
}

// scan walks over the names with a prefix, up to so many of them.
func (s *shelf) scan(store *Store, prefix, from string, most int) (names []string) {
	w := (&reader{s: store}).walk(prefix, from)
	for w.from < w.end {
		to, cut := w.span()
		found := s.answer(w.from, to)
		w.took(found, to, cut)
		for _, record := range found.Kvs {
			if names = append(names, strings.TrimPrefix(string(record.Key), "p/r/")); len(names) == most {
				return names
			}
		}
	}
	return names
}

// pages walks as those do who read 1,000 at a time, each in a View of its own.
func (s *shelf) pages(store *Store, prefix string) (names []string) {
	const at = 1000
	for from := prefix; ; from = names[len(names)-1] + "\x00" {
		some := s.scan(store, prefix, from, at)
		if names = append(names, some...); len(some) < at {
			return names
		}
	}
}

// shapes are what names look like.
func shapes(n int) map[string][]string {
	shapes := map[string][]string{}
	digest := func(i int) []byte { d := sha256.Sum256(fmt.Append(nil, i)); return d[:] }
	people := strings.Fields("ada bob carol dave eve frank grace heidi ivan judy mallory olivia peggy rupert sybil trent")
	for i := range n {
		for shape, name := range map[string]string{
			"random ids":    "session/" + base32.StdEncoding.EncodeToString(digest(i))[:26],
			"digests":       "revocation/" + hex.EncodeToString(digest(i)[:12]),
			"chunks":        "deny/" + hex.EncodeToString(append([]byte{0}, digest(i)[:11]...)),
			"numbers":       fmt.Sprintf("audit/cli-node1/%016x", i+70_000),
			"people":        fmt.Sprintf("user/%s.%s%d", people[digest(i)[0]%16], people[digest(i)[1]%16], i),
			"other letters": fmt.Sprintf("user/%c%c%d", 'а'+rune(digest(i)[0]%32), 'а'+rune(digest(i)[1]%32), i),
			"bytes":         "x/" + string(digest(i)),
		} {
			shapes[shape] = append(shapes[shape], name)
		}
	}
	return shapes
}

// TestScanWalksLittle: what members go through grows as the records do, and not as their square; and there are not many more
// requests than pages. The first page alone is asked for as if there were few records.
func TestScanWalksLittle(t *testing.T) {
	const n = 100_000
	all := shapes(n)
	var every []string
	for _, names := range all {
		every = append(every, names...)
	}
	all[""] = every
	for shape, names := range all {
		s := newShelf(names)
		prefix, _, _ := strings.Cut(names[0], "/")
		if prefix += "/"; shape == "" {
			prefix = ""
		}
		for how, walk := range map[string]func(*Store, string) []string{
			"at once": func(store *Store, prefix string) []string { return s.scan(store, prefix, prefix, -1) },
			"pages":   s.pages,
		} {
			store := New(Options{Prefix: "p"})
			s.requests, s.walked = 0, 0
			if got := walk(store, prefix); len(got) != len(s.keys) || !slices.IsSorted(got) {
				t.Errorf("%q %s: %d names of %d", shape, how, len(got), len(s.keys))
			}
			t.Logf("%q %s: %d keys, %d requests, %.1f keys walked for each", shape, how, len(s.keys), s.requests, float64(s.walked)/float64(len(s.keys)))
			if pages := len(s.keys)/1000 + 1; s.requests > 4*pages+100 || s.walked > 12*len(s.keys) {
				t.Errorf("%q %s: %d requests for %d pages, %d keys walked", shape, how, s.requests, pages, s.walked)
			}
		}
	}
}

// TestScanOfFewIsOneRequest: and of none, too.
func TestScanOfFewIsOneRequest(t *testing.T) {
	for _, n := range []int{0, 1, page} {
		s, store := newShelf(shapes(n)["random ids"]), New(Options{Prefix: "p"})
		for range 2 {
			if s.requests = 0; len(s.scan(store, "session/", "session/", -1)) != n || s.requests != 1 {
				t.Errorf("%d records took %d requests", n, s.requests)
			}
		}
	}
}

// TestScanMissesNothing whatever the names are, wherever it begins, and whatever was read before it.
func TestScanMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		dirs := rapid.SliceOfN(rapid.StringMatching(`[\x00ab\xff]{0,3}/?`), 1, 4).Draw(t, "dirs")
		for _, dir := range dirs {
			for i := range rapid.IntRange(0, 4*page).Draw(t, "n") {
				d := sha256.Sum256(fmt.Append(nil, dir, i))
				names = append(names, dir+string(d[:1+i%4]))
			}
		}
		s, store := newShelf(names), New(Options{Prefix: "p"})
		for range 3 {
			prefix := rapid.SampledFrom(append(dirs, "", "a", "\xff")).Draw(t, "prefix")
			from := prefix + rapid.StringMatching(`[\x00ab\xff]{0,3}`).Draw(t, "from")
			var want []string
			for _, key := range s.keys {
				if name := strings.TrimPrefix(key, "p/r/"); name >= from && strings.HasPrefix(name, prefix) {
					want = append(want, name)
				}
			}
			most := rapid.SampledFrom([]int{-1, -1, 1000, 1}).Draw(t, "most")
			if most > 0 {
				want = want[:min(most, len(want))]
			}
			if got := s.scan(store, prefix, from, most); !slices.Equal(got, want) {
				t.Fatalf("%d names from %q under %q, and not %d", len(got), from, prefix, len(want))
			}
		}
	})
}

// TestScanGoesForward also where the names of a page tell nothing of how far the next one reaches: all begin with the first.
func TestScanGoesForward(t *testing.T) {
	names := []string{"x"}
	for i := range 4 * page {
		names = append(names, fmt.Sprintf("xaaaaaaaa%05d", i))
	}
	s := newShelf(names)
	if got := s.scan(New(Options{Prefix: "p"}), "", "", 2*len(names)); !slices.Equal(got, names) {
		t.Errorf("%d names of %d, in order: %v", len(got), len(names), slices.IsSorted(got))
	}
	w := (&reader{s: New(Options{Prefix: "\xff"})}).walk("", "") // after which no key comes
	w.pace = pace{stride{common: 1, digits: []byte("ab"), places: 1, limit: 2, n: 2}, unknown}
	if to, _ := w.span(); to != w.end {
		t.Errorf("from %q to %q", w.from, to)
	}
}
