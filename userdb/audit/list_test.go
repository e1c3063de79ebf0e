package audit_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// The name "x" sorts before "x-y", and the lines of "x-y" before those of "x": nothing may skip one for the other.
var names = []string{"x", "x-y", "serve-1"}

func threeChains(t testing.TB, n int) *mem {
	m := newMem()
	for i := range n {
		must(t, audit.Append(m, key, names[i%3], login(i), 0))
	}
	return m
}

func TestListByTime(t *testing.T) {
	m := threeChains(t, 200)
	got := lines(t, m, audit.Filter{})
	for i, l := range got {
		if l.Chain != names[i%3] || l.Seq != uint64(i/3+1) || l.User != fmt.Sprint("user", i) {
			t.Fatalf("line %d is %+v", i, l)
		}
	}
	if len(got) != 200 {
		t.Errorf("%d lines", len(got))
	}
}

func TestListInPages(t *testing.T) {
	m := threeChains(t, 100)
	f := audit.Filter{After: map[string]audit.Seen{}}
	var users []string
	for page := 7; page == 7; {
		page = 0
		for l, err := range audit.List(m, f) {
			must(t, err)
			users = append(users, l.User)
			f.After[l.Chain] = l.Seen()
			if page++; page == 7 {
				break
			}
		}
	}
	for i, u := range users {
		if u != fmt.Sprint("user", i) {
			t.Fatalf("%d is %s", i, u)
		}
	}
	if len(users) != 100 {
		t.Errorf("%d lines", len(users))
	}
	must(t, audit.Append(m, key, "new", login(100), 0))
	if got := lines(t, m, f); len(got) != 1 || got[0].Chain != "new" {
		t.Errorf("what came in since is %+v", got)
	}
}

func TestListFilter(t *testing.T) {
	m := newMem()
	for i, e := range []audit.Event{
		{Event: "login", User: "ada"}, {Event: "login", User: "bob"}, {Event: "disable", User: "bob", By: "ada"}, {Event: "login", User: "ada"},
	} {
		e.Time, e.Outcome = login(i).Time, audit.OK
		must(t, audit.Append(m, key, "cli", e, 0))
	}
	for _, c := range []struct {
		name string
		f    audit.Filter
		want []uint64
	}{
		{"all", audit.Filter{}, []uint64{1, 2, 3, 4}},
		{"user", audit.Filter{User: "ada"}, []uint64{1, 3, 4}},
		{"event", audit.Filter{Event: "login"}, []uint64{1, 2, 4}},
		{"since", audit.Filter{Since: login(2).Time}, []uint64{3, 4}},
		{"all three", audit.Filter{User: "ada", Event: "login", Since: login(1).Time}, []uint64{4}},
		{"nobody", audit.Filter{User: "eve"}, nil},
	} {
		var got []uint64
		for _, l := range lines(t, m, c.f) {
			got = append(got, l.Seq)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestListEndsAtDamage(t *testing.T) {
	m := chainOf(t, 40)
	m.torn[lineNo(30)] = true
	n := 0
	var last error
	for _, err := range audit.List(m, audit.Filter{}) {
		if last = err; err == nil {
			n++
		}
	}
	if !errors.Is(last, kv.ErrDamaged) || n < 16 {
		t.Errorf("%d lines, then %v", n, last)
	}
}
