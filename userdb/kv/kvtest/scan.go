package kvtest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"jotkit/userdb/kv"
)

// scanned returns the names that a Scan yields.
func scanned(t *testing.T, v kv.View, prefix, after string) []string {
	t.Helper()
	var names []string
	for e, err := range v.Scan(prefix, after) {
		if err != nil {
			t.Fatalf("scan %q after %q: %v", prefix, after, err)
		}
		names = append(names, e.Name)
	}
	return names
}

func scan(t *testing.T, s kv.Store) {
	view(t, s, func(v kv.View) {
		if got := scanned(t, v, "t/", ""); got != nil {
			t.Errorf("scan of nothing: %q", got)
		}
	})
	put(t, s, "t/a", "1", "t/a/x", "2", "t/b", "3", "t/a/y", "4", "t0", "5", "t.", "6")
	view(t, s, func(v kv.View) {
		for _, test := range []struct {
			prefix, after string
			want          []string
		}{
			{"t/", "", []string{"t/a", "t/a/x", "t/a/y", "t/b"}},
			{"t/a", "", []string{"t/a", "t/a/x", "t/a/y"}},
			{"t/a", "t/a", []string{"t/a/x", "t/a/y"}},
			{"t/a/", "t/a/x", []string{"t/a/y"}},
			{"t/a/", "t/a/xx", []string{"t/a/y"}}, // after need not be there
			{"t/a/", "t/b", nil},
			{"t/a/", "a", []string{"t/a/x", "t/a/y"}},
			{"t/b", "t/a/x", []string{"t/b"}},
			{"t/c", "", nil},
			{"", "t", []string{"t.", "t/a", "t/a/x", "t/a/y", "t/b", "t0"}},
		} {
			if got := scanned(t, v, test.prefix, test.after); !slices.Equal(got, test.want) {
				t.Errorf("scan %q after %q: got %q, want %q", test.prefix, test.after, got, test.want)
			}
		}
		entries := v.Scan("t/a", "")
		for range 2 { // the sequence can be run again, and left early
			for e := range entries {
				if e.Name != "t/a" || string(e.Value) != "1" {
					t.Errorf("first entry: %q = %q", e.Name, e.Value)
				}
				break
			}
		}
	})
}

func scanPages(t *testing.T, s kv.Store) {
	var pairs, want []string
	for i := range 500 {
		name := fmt.Sprintf("t/%05d", i*7)
		want, pairs = append(want, name), append(pairs, name, "value of "+name)
	}
	put(t, s, pairs...)
	var got []string
	for after, more := "", true; more; {
		more = false
		view(t, s, func(v kv.View) { // each page in a transaction of its own
			n := 0
			for e, err := range v.Scan("t/", after) {
				if err != nil || string(e.Value) != "value of "+e.Name {
					t.Fatalf("%q = %q, %v", e.Name, e.Value, err)
				}
				got, after = append(got, e.Name), e.Name
				if n++; n == 64 {
					more = true
					break
				}
			}
		})
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d names, want %d", len(got), len(want))
	}
}

func largeValues(t *testing.T, s kv.Store) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	put(t, s, "t/a", "1", "t/large", string(large), "t/z", "2")
	view(t, s, func(v kv.View) {
		wants(t, v, "t/a", "1")
		wants(t, v, "t/z", "2")
		if got, err := v.Get("t/large"); err != nil || !bytes.Equal(got, large) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	})
	put(t, s, "t/large", "small")
	view(t, s, func(v kv.View) { wants(t, v, "t/large", "small") })
}
