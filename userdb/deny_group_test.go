package userdb_test

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"sort"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// The list in memory says of times whatever the store says, be they close to each other or at both ends of what there is.
func TestDenyListKeepsTimes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m, secrets := newStore(t)
		reach := rapid.SampledFrom([]int64{0, 1, 253, 254, 255, 256, 65533, 65534, 65535, 1<<24 - 2, 1<<24 - 1, 1 << 24, 1<<32 - 2}).Draw(rt, "reach")
		least := rapid.Int64Range(1, 1<<32-1-reach).Draw(rt, "least")
		moment := func(label string) time.Time {
			if rapid.IntRange(0, 9).Draw(rt, label+" for ever") == 0 {
				return userdb.Forever
			}
			at := rapid.OneOf(rapid.Int64Range(least, least+reach), rapid.SampledFrom([]int64{least, least + reach}))
			return time.Unix(at.Draw(rt, label), 0).UTC()
		}
		want := map[string]userdb.Entry{}
		for i := range rapid.IntRange(0, 40).Draw(rt, "entries") {
			e := userdb.Entry{Until: moment("until"), Cut: moment("cut")}
			must(t, userdb.Deny(m, secrets, userdb.KindUser, fmt.Sprint(i), e, time.Unix(0, 0)))
			want[fmt.Sprint(i)] = e
		}
		list, err := userdb.LoadDeny(m, secrets)
		must(t, err)
		got := map[string]userdb.Entry{}
		for i := range 80 {
			if e, ok, err := list.Denied(userdb.KindUser, fmt.Sprint(i)); ok {
				got[fmt.Sprint(i)] = e
			} else if err != nil {
				rt.Fatal(err)
			}
		}
		if list.Len() != len(want) || !maps.Equal(got, want) {
			rt.Fatalf("%v, want %v", got, want)
		}
	})
}

// manyDenied is a list of several groups.
func manyDenied(t *testing.T) (*mem, kv.Secrets, *userdb.DenyList) {
	t.Helper()
	m, secrets := newStore(t)
	for name, value := range userdb.DenyRecordsOf(secrets, 20_000, denyName, denyEntry) {
		must(t, m.Put(name, value))
	}
	list, err := userdb.LoadDeny(m, secrets)
	must(t, err)
	if groups := list.Groups(); groups < 4 || list.Len() != 20_000 {
		t.Fatalf("%d entries in %d groups", list.Len(), groups)
	}
	return m, secrets, list
}

// A hole is found wherever it is: in a group, between two, and where the space begins or ends.
func TestDenyListOfManyGroupsWithAHole(t *testing.T) {
	m, secrets, list := manyDenied(t)
	for _, name := range m.under("deny/") {
		value, _ := m.Get(name)
		must(t, m.Delete(name))
		if _, err := list.Renew(m, []string{name}); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("renewed without %s: %v", name, err)
		}
		if _, err := userdb.LoadDeny(m, secrets); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("loaded without %s: %v", name, err)
		}
		must(t, m.Put(name, value))
	}
	must(t, m.Put("deny/800000000000000000000000", userdb.ChunkBytes("800000000000000000000000", "")))
	if _, err := list.Renew(m, []string{"deny/800000000000000000000000"}); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("renewed with a chunk over others: %v", err)
	}
}

// A list is what it was, whatever lists are made of it, and in how many goroutines it is asked meanwhile.
func TestDenyListDoesNotChange(t *testing.T) {
	m, secrets, list := manyDenied(t)
	before := string(list.Bytes())
	var askers sync.WaitGroup
	for range 4 {
		askers.Go(func() {
			for i := range 5000 {
				if _, ok, err := list.Denied(userdb.KindToken, denyName(4*i)); err != nil || ok != (4*i < 20_000) {
					t.Errorf("%d: %v, %v", i, ok, err)
				}
			}
		})
	}
	next := list
	for i := range 300 {
		w := &named{mem: m}
		must(t, userdb.Deny(w, secrets, userdb.KindToken, fmt.Sprint("new ", i), userdb.Entry{}, noon))
		var err error
		next, err = next.Renew(m, w.names)
		must(t, err)
	}
	askers.Wait()
	if string(list.Bytes()) != before {
		t.Error("it changed")
	}
	if again, err := userdb.LoadDeny(m, secrets); err != nil || string(next.Bytes()) != string(again.Bytes()) {
		t.Errorf("renewed to %d entries, loaded %d, %v", next.Len(), again.Len(), err)
	}
	// All but the last of them end, and the list shrinks to what it was at first.
	now := noon.Add(48 * time.Hour)
	for i := 0; len(m.under("deny/")) > 3; i++ {
		w := &named{mem: m}
		must(t, userdb.ReplaceDeny(w, secrets, userdb.KindToken, fmt.Sprint("new ", i%300), userdb.Entry{Until: now.Add(-time.Second)}, now))
		must(t, userdb.Deny(w, secrets, userdb.KindToken, fmt.Sprint("newer ", i), userdb.Entry{Until: now.Add(-time.Second)}, now))
		var err error
		next, err = next.Renew(m, w.names)
		must(t, err)
		if i > 20_000 {
			t.Fatalf("%d chunks are left", len(m.under("deny/")))
		}
	}
	if again, err := userdb.LoadDeny(m, secrets); err != nil || string(next.Bytes()) != string(again.Bytes()) {
		t.Errorf("shrunk to %d entries, loaded %d, %v", next.Len(), again.Len(), err)
	}
}

// named keeps the names that were written.
type named struct {
	*mem
	names []string
}

func (n *named) Put(name string, value []byte) error {
	n.names = append(n.names, name)
	return n.mem.Put(name, value)
}

func (n *named) Delete(name string) error {
	n.names = append(n.names, name)
	return n.mem.Delete(name)
}

// What is reckoned is never more than where to look first: points that lie as nobody would expect are found like others.
func TestWhereAmongAnyPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digest := rapid.Custom(func(t *rapid.T) (d userdb.Digest) {
			switch rapid.IntRange(0, 3).Draw(t, "like") {
			case 0:
				copy(d[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "anywhere"))
			case 1:
				d[11] = rapid.Byte().Draw(t, "at the beginning")
			case 2:
				copy(d[:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
				d[11] = rapid.Byte().Draw(t, "at the end")
			default:
				copy(d[:], "\x80\x00\x00\x00\x00\x00\x00")
				d[7], d[11] = rapid.Byte().Draw(t, "crowded"), rapid.Byte().Draw(t, "in the middle")
			}
			return d
		})
		count := rapid.IntRange(0, 300).Draw(t, "count")
		points := rapid.SliceOfN(digest, count, count).Draw(t, "points")
		for i := range 96 * rapid.IntRange(0, 1).Draw(t, "half as far each") {
			points = append(points, userdb.Digest(new(big.Int).Lsh(big.NewInt(1), uint(i)).FillBytes(make([]byte, 12))))
		}
		sort.Slice(points, func(i, j int) bool { return string(points[i][:]) < string(points[j][:]) })
		ask := append([]userdb.Digest{{}, digest.Draw(t, "another")}, points...)
		for _, d := range ask {
			want := sort.Search(len(points), func(i int) bool { return string(points[i][:]) > string(d[:]) })
			got, probes := userdb.Where(points, d)
			if got != want || probes > 2+2*10 {
				t.Fatalf("%s: %d of %d after %d probes, want %d", d, got, len(points), probes, want)
			}
		}
	})
}
