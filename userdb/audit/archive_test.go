package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb/audit"
)

// exportOf is the lines first to last of the chain "cli", as an export.
func exportOf(t testing.TB, m *mem, first, last uint64) []byte {
	t.Helper()
	var file bytes.Buffer
	r := audit.NewReading(audit.Span{Chain: "cli", First: first, Last: last})
	page, err := r.Page(m, key, 1000)
	must(t, err)
	for _, l := range page {
		text, err := l.Export()
		must(t, err)
		fmt.Fprintf(&file, "%s\n", text)
	}
	text, err := audit.Closing{Time: noon, Chains: []audit.Span{{Chain: "cli", First: first, Last: last, MAC: page[len(page)-1].MAC}}}.Export(key)
	must(t, err)
	fmt.Fprintf(&file, "%s\n", text)
	return file.Bytes()
}

// forked returns two stores that are one up to a line, and go on apart to line 12.
func forked(t testing.TB, at int) (a, b *mem) {
	a = chainOf(t, at)
	b = a.clone()
	for i := at; i < 12; i++ {
		must(t, audit.Append(a, key, "cli", login(i), 0))
		must(t, audit.Append(b, key, "cli", login(100+i), 0))
	}
	return a, b
}

func pruned(t testing.TB, m *mem, last uint64) *mem {
	t.Helper()
	_, _, err := audit.Prune(m, key, span(t, m, last))
	must(t, err)
	return m
}

// TestArchive holds exports against one another and against the store. All are genuine, and not all are of one history.
func TestArchive(t *testing.T) {
	fault := func(from, to uint64, what, file string) audit.Fault {
		return audit.Fault{From: from, To: to, What: what, File: file}
	}
	a, b := forked(t, 6)
	x := func(m *mem, first, last uint64) []byte { return exportOf(t, m, first, last) }
	for _, c := range []struct {
		name  string
		store *mem
		files [][]byte
		want  []audit.Fault
	}{
		{"one after the other", a, [][]byte{x(a, 1, 4), x(a, 5, 12)}, nil},
		{"the other way round", a, [][]byte{x(a, 5, 12), x(a, 1, 4)}, nil},
		{"the same twice", a, [][]byte{x(a, 1, 4), x(a, 1, 4)}, nil},
		{"overlapping", a, [][]byte{x(a, 1, 8), x(a, 5, 12), x(a, 6, 7)}, nil},
		{"a gap between files", a, [][]byte{x(a, 1, 4), x(a, 7, 12)}, []audit.Fault{fault(5, 6, audit.CutMiddle, "1")}},
		{"they join what is kept", pruned(t, a.clone(), 8), [][]byte{x(a, 1, 8)}, nil},
		{"they reach into what is kept", pruned(t, a.clone(), 8), [][]byte{x(a, 1, 10)}, nil},
		{"nothing is kept", pruned(t, a.clone(), 12), [][]byte{x(a, 1, 12)}, nil},
		{"a gap before what is kept", pruned(t, a.clone(), 8), [][]byte{x(a, 1, 5)}, []audit.Fault{fault(6, 8, audit.CutMiddle, "0")}},
		{"the store was put back", chainOf(t, 5), [][]byte{x(a, 1, 12)}, []audit.Fault{fault(6, 12, audit.NotKept, "0")}},
		{"the store went on another way", b, [][]byte{x(a, 1, 8)}, []audit.Fault{fault(8, 8, audit.OtherLine, "0")}},
		{"to the very end", b, [][]byte{x(a, 1, 12)}, []audit.Fault{fault(12, 12, audit.OtherLine, "0")}},
		{"and joins another one", pruned(t, b.clone(), 8), [][]byte{x(a, 1, 8)}, []audit.Fault{fault(8, 8, audit.OtherLine, "0")}},
		{"and nothing of it is kept", pruned(t, b.clone(), 12), [][]byte{x(a, 1, 12)}, []audit.Fault{fault(12, 12, audit.OtherLine, "0")}},
		{"one history after another", b, [][]byte{x(a, 1, 8), x(b, 9, 12)}, []audit.Fault{fault(9, 9, audit.LineMoved, "1")}},
		{"both ways at once", a, [][]byte{x(a, 1, 12), x(b, 1, 12)}, []audit.Fault{fault(1, 12, audit.OtherLine, "1")}},
		{"in one file", a, [][]byte{append(x(b, 5, 9), x(a, 1, 12)...)}, []audit.Fault{{From: 5, To: 9, What: audit.OtherLine, File: "0", Row: 15}}},
		{"another end, that was read first", a, [][]byte{x(a, 3, 12), x(b, 1, 9)}, []audit.Fault{{From: 3, To: 9, What: audit.OtherLine, File: "0", Row: 7}}},
		{"another end, that was read last", a, [][]byte{x(b, 1, 9), x(a, 3, 12)}, []audit.Fault{{From: 3, To: 9, What: audit.OtherLine, File: "1", Row: 7}}},
	} {
		if diff := cmp.Diff(c.want, verify(t, c.store, c.files)["cli"]); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestArchiveRows: genuine lines that do not belong together, and lines that say the same in another way.
func TestArchiveRows(t *testing.T) {
	a, b := forked(t, 6)
	good := exportOf(t, a, 1, 12)
	rows, others := bytes.SplitAfter(good, []byte("\n")), bytes.SplitAfter(exportOf(t, b, 1, 12), []byte("\n"))
	with := func(i int, row []byte) []byte {
		all := append([][]byte{}, rows...)
		all[i] = row
		return bytes.Join(all, nil)
	}
	replaced := func(i int, old, with string) []byte {
		if row := bytes.Replace(rows[i], []byte(old), []byte(with), 1); !bytes.Equal(row, rows[i]) {
			return row
		}
		t.Fatalf("%q is not in row %d", old, i+1)
		return nil
	}
	for name, file := range map[string][]byte{
		"a line of another history": with(7, others[7]),
		"the closing of another":    with(12, others[12]),
		"a finer time":              with(3, replaced(3, "12:00:03", "12:00:03.0001")),
		"a finer time of closing":   with(12, replaced(12, "12:00:00", "12:00:00.0001")),
		"another order of members":  with(3, replaced(3, `"chain":"cli","seq":4`, `"seq":4,"chain":"cli"`)),
		"a member twice":            with(3, replaced(3, `{`, `{"seq":9,`)),
		"a line end of DOS":         with(3, replaced(3, "\n", "\r\n")),
		"a row without end":         with(3, bytes.Repeat([]byte("x"), 1<<20)),
		"a long row":                with(3, append(bytes.Repeat([]byte("x"), 1<<20), '\n')),
		"no line end at the end":    bytes.TrimSuffix(good, []byte("\n")),
		"an empty row":              with(3, append(bytes.Clone(rows[3]), '\n')),
		"nothing":                   {},
	} {
		if found := verify(t, a, [][]byte{file}); len(found) == 0 {
			t.Errorf("%s was not found", name)
		}
	}
	if found := verify(t, a, [][]byte{good}); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// TestExportIsASCII: what strangers put into a line steers no terminal, and is verified as what it was.
func TestExportIsASCII(t *testing.T) {
	m := newMem()
	e := login(1)
	e.User, e.Detail = "é\u009b31m\u202e\U0001f600\x7f\x1b<&>", map[string]string{"why": strings.Repeat("\x01", 300)}
	must(t, audit.Append(m, key, "cli", e, 0))
	file := exportOf(t, m, 1, 1)
	if at := bytes.IndexFunc(file, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); at >= 0 {
		t.Errorf("%q", file[at:])
	}
	if found := verify(t, m, [][]byte{file}); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// TestArchiveOfALostChain: the exports tell of a chain that the store has lost, whole or with its head.
func TestArchiveOfALostChain(t *testing.T) {
	m := chainOf(t, 3)
	file := exportOf(t, m, 1, 3)
	for name, store := range map[string]*mem{"never had": newMem(), "lost": m.clone()} {
		if name == "lost" {
			gone(store)
		}
		if faults := verify(t, store, [][]byte{file})["cli"]; len(faults) == 0 || faults[0].What != audit.ChainMissing {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// An export that overlaps with one of another history is not good because it can be read only once.
func TestArchiveOfPipe(t *testing.T) {
	a, b := forked(t, 6)
	archive, err := audit.NewArchive(key, nil)
	must(t, err)
	must(t, archive.Read("a", bytes.NewReader(exportOf(t, a, 1, 8))))
	pipe := bytes.NewReader(exportOf(t, b, 5, 12))
	must(t, archive.Read("b", pipe))
	if again := archive.Join(); len(again) != 1 || again[0] != "b" {
		t.Fatalf("to be read again: %q", again)
	}
	if err := archive.Compare("b", pipe); !errors.Is(err, audit.ErrOnce) {
		t.Errorf("%v", err)
	}
}
