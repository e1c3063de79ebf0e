package audit_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// inPages runs a Check with something that happens after each page.
func inPages(t testing.TB, m *mem, between func(page int)) []audit.ChainReport {
	t.Helper()
	c, err := audit.NewCheck(key)
	must(t, err)
	for page, more := 0, true; more; page++ {
		more, err = c.Page(m, 10)
		must(t, err)
		between(page)
	}
	reports, err := c.Reports()
	must(t, err)
	return reports
}

// TestCheckInPages: what is appended and pruned while a check goes on is no fault, and what is lost is one.
func TestCheckInPages(t *testing.T) {
	n := 0
	m := chainOf(t, 95)
	must(t, audit.Append(m, key, "x", login(0), 0))
	got := inPages(t, m, func(page int) {
		must(t, audit.Append(m, key, "cli", login(n), 0))
		if n++; page == 2 { // and has read up to line 30
			pruned(t, m, 60)
		}
		if page == 4 {
			must(t, audit.Append(m, key, "new", login(0), 0))
		}
	})
	want := []audit.ChainReport{{Chain: "cli", First: 61, Last: 102, Lines: 72}, {Chain: "x", First: 1, Last: 1, Lines: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	m = chainOf(t, 95)
	got = inPages(t, m, func(page int) {
		if page == 2 {
			m.Delete(lineNo(35))
			m.Delete(lineNo(95))
		}
	})
	want = []audit.ChainReport{{Chain: "cli", First: 1, Last: 95, Lines: 93, Faults: []audit.Fault{
		{From: 35, To: 35, What: audit.CutMiddle}, {From: 95, To: 95, What: audit.CutEnd},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestReading: an export begins where the chain begins when it is begun, and misses nothing after that.
func TestReading(t *testing.T) {
	m := chainOf(t, 40)
	r := audit.NewReading(span(t, m, 40))
	pruned(t, m, 5)
	page, err := r.Page(m, key, 10)
	if must(t, err); page[0].Seq != 6 || len(page) != 10 {
		t.Errorf("%d lines from %d on", len(page), page[0].Seq)
	}
	pruned(t, m, 15)
	must(t, audit.Append(m, key, "cli", login(99), 0))
	page, err = r.Page(m, key, 100)
	if must(t, err); page[0].Seq != 16 || len(page) != 25 {
		t.Errorf("%d lines from %d on", len(page), page[0].Seq)
	}
	if page, err := r.Page(m, key, 10); len(page) > 0 || err != nil {
		t.Errorf("after the end: %v, %v", page, err)
	}
}

// TestReadingEnds: what is not as it was written, or gone, ends an export.
func TestReadingEnds(t *testing.T) {
	_, other := forked(t, 9)
	for name, c := range map[string]struct {
		spoil func(m *mem)
		want  error
	}{
		"a line pruned that was still to come": {func(m *mem) { pruned(t, m, 11) }, audit.ErrMoved},
		"a line changed":                       {func(m *mem) { swap(t, m, 12, "user11", "user99") }, kv.ErrDamaged},
		"a line lost":                          {func(m *mem) { m.Delete(lineNo(12)) }, kv.ErrDamaged},
		"the end lost":                         {func(m *mem) { m.Delete(lineNo(20)) }, kv.ErrDamaged},
		"a line of another history":            {func(m *mem) { m.Put(lineNo(11), other.values[lineNo(11)]) }, kv.ErrDamaged},
		"a line that cannot be read":           {func(m *mem) { m.torn[lineNo(12)] = true }, kv.ErrDamaged},
		"the store put back":                   {func(m *mem) { *m = *chainOf(t, 19) }, audit.ErrMoved},
		"the head lost":                        {func(m *mem) { m.Delete("audit-head/cli") }, kv.ErrDamaged},
	} {
		m := chainOf(t, 20)
		r := audit.NewReading(span(t, m, 20))
		_, err := r.Page(m, key, 10)
		must(t, err)
		c.spoil(m)
		if _, err := r.Page(m, key, 100); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
