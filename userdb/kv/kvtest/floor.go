package kvtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"jotkit/userdb/kv"
)

// floors checks Floor of name; want is empty when there is to be nothing of this test.
func floors(t *testing.T, r kv.Reader, name, want string) {
	t.Helper()
	got, value, err := r.Floor(name)
	if want == "" {
		if err == nil && strings.HasPrefix(got, "t/") || err != nil && !errors.Is(err, kv.ErrNotFound) {
			t.Errorf("floor %q: got %q, %v, want nothing", name, got, err)
		}
		return
	}
	if err != nil || got != want || string(value) != "of "+want {
		t.Errorf("floor %q: got %q = %q, %v, want %q", name, got, value, err, want)
	}
}

func floor(t *testing.T, s kv.Store) {
	put(t, s, "t/b", "of t/b", "t/d", "of t/d", "t/d/", "of t/d/", "deny/0", "of deny/0")
	view(t, s, func(v kv.View) {
		for name, want := range map[string]string{
			"t/a": "", "t/b": "t/b", "t/b\x00": "t/b", "t/c": "t/b", "t/d": "t/d", "t/d.": "t/d", "t/d/": "t/d/", "t/e": "t/d/",
			"\xff\xff": "t/d/", // over all names, not over those of a kind
		} {
			floors(t, v, name, want)
		}
		if _, _, err := v.Floor("\x00"); !errors.Is(err, kv.ErrNotFound) {
			t.Errorf("floor below all names: %v", err)
		}
		if _, _, err := v.Floor(""); !errors.Is(err, kv.ErrNotFound) {
			t.Errorf("floor of the empty name: %v", err)
		}
	})
}

func floorInUpdate(t *testing.T, s kv.Store) {
	put(t, s, "t/b", "of t/b", "t/d", "of t/d", "t/f", "of t/f")
	if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
		err := errors.Join(tx.Put("t/e", []byte("of t/e")), tx.Delete("t/d"))
		floors(t, tx, "t/e", "t/e")
		floors(t, tx, "t/dz", "t/b")
		floors(t, tx, "t/z", "t/f")
		err = errors.Join(err, tx.Delete("t/b"), tx.Delete("t/f"), tx.Delete("t/e"))
		floors(t, tx, "t/z", "")
		err = errors.Join(err, tx.Put("t/b", []byte("of t/b")))
		floors(t, tx, "t/z", "t/b")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(v kv.View) { floors(t, v, "t/z", "t/b") })
}

// floorModel compares Floor, Get and Scan with a sorted slice over random writes, some of which stay uncommitted, on
// a store large enough for more than one level of whatever tree there is.
func floorModel(t *testing.T, s kv.Store) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func() string { return fmt.Sprintf("t/%04d%s", r.IntN(3000), strings.Repeat("x", 60*r.IntN(4))) }
	var committed []string
	for range 12 {
		var have []string
		_, err := s.Update(t.Context(), func(tx kv.Tx) error {
			have = slices.Clone(committed)
			for range 120 {
				name := random()
				i, found := slices.BinarySearch(have, name)
				switch remove := r.IntN(3) == 0; {
				case remove && len(have) > 0:
					i = r.IntN(len(have))
					if err := tx.Delete(have[i]); err != nil {
						return err
					}
					have = slices.Delete(have, i, i+1)
				case !found:
					have = slices.Insert(have, i, name)
					fallthrough
				default:
					if err := tx.Put(name, []byte("of "+name)); err != nil {
						return err
					}
				}
				probe := random()
				floors(t, tx, probe, greatest(have, probe))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		committed = have
		view(t, s, func(v kv.View) {
			for range 50 {
				probe := random()
				floors(t, v, probe, greatest(have, probe))
			}
			if got := scanned(t, v, "t/", ""); !slices.Equal(got, have) {
				t.Errorf("scan: got %d names, want %d", len(got), len(have))
			}
		})
	}
}

// greatest returns the greatest of the sorted names ≤ name.
func greatest(sorted []string, name string) string {
	i, found := slices.BinarySearch(sorted, name)
	switch {
	case found:
		return name
	case i == 0:
		return ""
	}
	return sorted[i-1]
}
