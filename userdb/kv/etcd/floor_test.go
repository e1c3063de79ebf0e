//go:build etcd

package etcd_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// TestFloorTriesAgain: Floor is right whatever was found before, while records come, go and lie far from each other, written by
// this process and by others. What it tries first does not grow without end.
func TestFloorTriesAgain(t *testing.T) {
	o := single(t).options(t)
	s, other := create(t, o, nil), open(t, o)
	random := rand.New(rand.NewPCG(7, 8))
	dirs := []string{"few/", "many/", "line/chain/"}
	name := func() string {
		switch dir := dirs[random.IntN(len(dirs))]; dir {
		case "few/":
			return fmt.Sprintf("%s%x", dir, random.IntN(6)*40)
		case "many/":
			return fmt.Sprintf("%s%04d", dir, random.IntN(2000))
		default:
			return fmt.Sprintf("%s%016x", dir, random.IntN(300))
		}
	}
	for range 1000 { // of which most are not there
		etcd.TryFirst(s, name())
	}
	var have []string // sorted
	tries := 0
	for range often(30, 1000) {
		by := []*etcd.Store{s, other}[random.IntN(2)]
		var put, gone []string
		for range random.IntN(30) {
			put = append(put, name())
		}
		for range random.IntN(10) {
			gone = append(gone, name())
		}
		if _, err := by.Update(t.Context(), func(tx kv.Tx) error {
			for _, name := range put {
				if err := tx.Put(name, []byte("of "+name)); err != nil {
					return err
				}
			}
			for _, name := range gone {
				if err := tx.Delete(name); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		have = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(append(have, put...)))), func(name string) bool {
			return slices.Contains(gone, name)
		})
		view(t, s, func(v kv.View) error {
			for _, at := range []string{name(), name(), "line/chain/\xff", "few/\xff", "many/\xff", "many/", "zz"} {
				i, found := slices.BinarySearch(have, at)
				if found {
					i++
				}
				want := ""
				if i > 0 {
					want = have[i-1]
				}
				got, value, err := v.Floor(at)
				if got != want || (err == nil) != (want != "") || err == nil && string(value) != "of "+want {
					t.Errorf("floor of %q: %q with %q, %v; want %q", at, got, value, err, want)
				}
				tries++
			}
			return nil
		})
	}
	if n := len(etcd.Tried(s)); n == 0 || n > 256 {
		t.Errorf("%d names are tried first", n)
	}
	t.Logf("%d floors over %d records, %d names are tried first", tries, len(have), len(etcd.Tried(s)))
}
