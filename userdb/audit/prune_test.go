package audit_test

import (
	"errors"
	"testing"

	"jotkit/userdb/audit"
)

// span is the lines of a chain now, up to a number.
func span(t testing.TB, m *mem, last uint64) audit.Span {
	t.Helper()
	for s, err := range audit.Spans(m, key) {
		must(t, err)
		if s.Chain != "cli" {
			continue
		}
		for _, l := range lines(t, m, audit.Filter{}) {
			if l.Chain == "cli" && l.Seq == last {
				return audit.Span{Chain: "cli", First: s.First, Last: last, MAC: l.MAC}
			}
		}
	}
	t.Fatalf("no line %d", last)
	return audit.Span{}
}

func wantEnds(t testing.TB, m *mem, first, last uint64) {
	t.Helper()
	for s, err := range audit.Spans(m, key) {
		if must(t, err); s.First != first || s.Last != last {
			t.Errorf("%+v; want the lines %d to %d", s, first, last)
		}
	}
	if n := uint64(len(lines(t, m, audit.Filter{}))); n != last+1-first {
		t.Errorf("%d lines, not %d", n, last+1-first)
	}
	if !sound(t, m) {
		t.Error("not sound")
	}
}

func TestPrune(t *testing.T) {
	m := chainOf(t, 1200)
	read, all, calls := span(t, m, 1100), uint64(0), 0
	for left := uint64(1); left > 0; calls++ {
		gone, rest, err := audit.Prune(m, key, read)
		must(t, err)
		if all, left = all+gone, rest; !sound(t, m) || all+left != 1100 {
			t.Fatal("a chain that is being pruned does not verify")
		}
	}
	wantEnds(t, m, 1101, 1200)
	if all != 1100 || calls != 3 {
		t.Errorf("%d lines gone after %d calls", all, calls)
	}
	if gone, left, err := audit.Prune(m, key, read); gone+left != 0 || err != nil {
		t.Errorf("once more: %d, %d, %v", gone, left, err)
	}
	if _, left, err := audit.Prune(m, key, span(t, m, 1200)); left != 0 || err != nil {
		t.Errorf("to the end: %d, %v", left, err)
	}
	wantEnds(t, m, 1201, 1200)
	must(t, audit.Append(m, key, "cli", login(1), 0))
	wantEnds(t, m, 1201, 1201)
}

// What was not read is not pruned.
func TestPruneOnlyWhatWasRead(t *testing.T) {
	m := chainOf(t, 20)
	good := span(t, m, 10)
	later, other, beyond := good, good, good
	later.First, other.MAC, beyond.Last = 5, audit.Sum{}, 21
	for name, read := range map[string]audit.Span{
		"lines before it": later, "another line": other, "the store was put back": beyond, "no such chain": {Chain: "x", First: 1, Last: 1},
	} {
		before := m.clone()
		if _, _, err := audit.Prune(m, key, read); !errors.Is(err, audit.ErrMoved) || len(m.names) != len(before.names) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A chain that has a limit keeps to it, and comes down to one that was lowered, a few lines each time.
func TestAppendKeeps(t *testing.T) {
	m := newMem()
	for i := range 30 {
		must(t, audit.Append(m, key, "cli", login(i), 20))
	}
	wantEnds(t, m, 11, 30)
	must(t, audit.Append(m, key, "cli", login(30), 10))
	wantEnds(t, m, 15, 31)
	for i := range 10 {
		must(t, audit.Append(m, key, "cli", login(31+i), 10))
	}
	wantEnds(t, m, 32, 41)
	must(t, audit.Append(m, key, "cli", login(41), 0))
	wantEnds(t, m, 32, 42)
}

// TestAppendReads: an append reads the head and the end, and one that begins a chain the list beside them.
func TestAppendReads(t *testing.T) {
	m := &counting{mem: newMem()}
	for i, want := range []int{3, 2, 2, 2, 2} {
		m.reads = 0
		if must(t, audit.Append(m, key, "cli", login(i), 2)); m.reads != want {
			t.Errorf("append %d read %d records, not %d", i, m.reads, want)
		}
	}
}

// A counting store counts what is read.
type counting struct {
	*mem
	reads int
}

func (c *counting) Get(name string) ([]byte, error) {
	c.reads++
	return c.mem.Get(name)
}

func (c *counting) Floor(name string) (string, []byte, error) {
	c.reads++
	return c.mem.Floor(name)
}
