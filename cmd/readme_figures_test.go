package cmd

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

var (
	figuresFile = flag.String("figures", "", "hold README's table of fault tests against the figures in this file; with -update, write it anew")
	fileSystem  = flag.String("filesystem", "unknown", "where the tests ran that made the figures")
)

const (
	figuresBegin = "<!-- The table is made by .ci/faults. -->\n"
	figuresEnd   = "<!-- The table ends here. -->\n"
)

// A figuresRow is a row of README's table: all that the parts of one test did for one promise.
type figuresRow struct {
	promise, test, dir string
	numbers            []kvtest.Number
}

func (r figuresRow) String() string {
	return fmt.Sprintf("| %s | `%s` in %s | %s |\n", r.promise, r.test, r.dir, kvtest.Sentence(r.numbers))
}

// same tells whether two rows are about the same thing.
func (r figuresRow) same(o figuresRow) bool {
	return r.promise == o.promise && r.sameTest(o)
}

func (r figuresRow) sameTest(o figuresRow) bool { return r.test == o.test && r.dir == o.dir }

// TestReadmeFigures holds README's table of promises and fault tests: its tests are there, they tried something, and
// nothing was lost. With -figures FILE, from a run of the tests with JOTKIT_FIGURES=FILE, the rows are those that ran.
func TestReadmeFigures(t *testing.T) {
	text := readme(t)
	before, rest, _ := strings.Cut(text, figuresBegin)
	table, after, found := strings.Cut(rest, figuresEnd)
	if !found {
		t.Fatal("README has no table of figures")
	}
	rows, faults := readFigures(table)
	if *figuresFile != "" && *update {
		ran := recorded(t, *figuresFile)
		wantRecorded(t, slices.DeleteFunc(notIn(rows, ran), func(r figuresRow) bool {
			return !r.exists() || slices.ContainsFunc(ran, r.sameTest) // it has gone, or promises something else now
		}))
		if t.Failed() {
			return
		}
		if err := os.WriteFile("../README.md", []byte(before+figuresBegin+figuresTable(ran)+figuresEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, f := range faults {
		t.Error(f)
	}
	for _, r := range rows {
		r.check(t)
	}
	if *figuresFile != "" {
		ran := recorded(t, *figuresFile)
		wantRecorded(t, notIn(rows, ran))
		for _, r := range notIn(ran, rows) {
			t.Errorf("README's table lacks %q of %s in %s: run .ci/faults", r.promise, r.test, r.dir)
		}
	}
}

// wantRecorded complains of rows that recorded nothing.
func wantRecorded(t *testing.T, rows []figuresRow) {
	t.Helper()
	for _, r := range rows {
		t.Errorf("%s in %s recorded nothing of %q: was it skipped, for want of a program or of root?", r.test, r.dir, r.promise)
	}
}

// notIn returns the rows that others has nothing of.
func notIn(rows, others []figuresRow) (missing []figuresRow) {
	for _, r := range rows {
		if !slices.ContainsFunc(others, r.same) {
			missing = append(missing, r)
		}
	}
	return missing
}

func figuresTable(rows []figuresRow) string {
	var b strings.Builder
	b.WriteString("\n| what is promised | the test | what it did last |\n|---|---|---|\n")
	for _, r := range rows {
		b.WriteString(r.String())
	}
	fmt.Fprintf(&b, "\nOn %s, with %d cores, %s/%s, %s.\n\n", time.Now().Format("2 January 2006"), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, *fileSystem)
	return b.String()
}

// recorded adds up the figures in a file, and fails for those of a test that failed.
func recorded(t *testing.T, file string) (rows []figuresRow) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var rec kvtest.Record
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if rec.Failed {
			t.Errorf("%s in %s failed", rec.Test, rec.Package)
		}
		r := figuresRow{promise: rec.Promise, test: rec.Test, dir: rec.Package}
		i := slices.IndexFunc(rows, r.same)
		if i < 0 {
			i, rows = len(rows), append(rows, r)
		}
		for _, n := range rec.Numbers {
			rows[i].add(n)
		}
	}
	slices.SortStableFunc(rows, func(a, b figuresRow) int {
		return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.test, b.test), cmp.Compare(a.promise, b.promise))
	})
	return rows
}

func (r *figuresRow) add(n kvtest.Number) {
	i := slices.IndexFunc(r.numbers, func(o kvtest.Number) bool { return o.What == n.What && o.Never == n.Never })
	if i < 0 {
		r.numbers = append(r.numbers, n)
		return
	}
	r.numbers[i].N += n.N
}

var (
	figuresLine   = regexp.MustCompile("^\\| ([^|`]+) \\| `(Test\\w+)` in ([a-z/]+) \\| ([^|]+) \\|$")
	figuresNumber = regexp.MustCompile(`^(\*\*)?(-?\d+) ([^*,]+)(\*\*)?$`)
)

// readFigures reads a table as figuresTable writes it, and says what is not as it would have it.
func readFigures(table string) (rows []figuresRow, faults []string) {
	for _, line := range strings.Split(table, "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what is promised") {
			continue
		}
		m := figuresLine.FindStringSubmatch(line)
		if m == nil {
			faults = append(faults, "README has a row that is not like the others: "+line)
			continue
		}
		r := figuresRow{promise: m[1], test: m[2], dir: m[3]}
		for part := range strings.SplitSeq(m[4], ", ") {
			m := figuresNumber.FindStringSubmatch(part)
			if m == nil || m[1] != m[4] {
				faults = append(faults, fmt.Sprintf("README: %s: what is %q?", r.test, part))
				continue
			}
			n, _ := strconv.Atoi(m[2])
			r.numbers = append(r.numbers, kvtest.Number{What: m[3], N: n, Never: m[1] != ""})
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		faults = append(faults, "README's table of figures is empty")
	}
	return rows, faults
}

// check holds a row to what it has to say.
func (r figuresRow) check(t *testing.T) {
	t.Helper()
	if !r.exists() {
		t.Errorf("README speaks of %s, which is not a test in %s", r.test, r.dir)
	}
	for _, n := range r.numbers {
		if n.Never != (n.N == 0) || n.N < 0 {
			t.Errorf("README: %s in %s: %d %s", r.test, r.dir, n.N, n.What)
		}
	}
	if !slices.ContainsFunc(r.numbers, func(n kvtest.Number) bool { return !n.Never }) {
		t.Errorf("README: %s in %s tried nothing", r.test, r.dir)
	}
}

// exists tells whether there is such a test.
func (r figuresRow) exists() bool {
	files, _ := filepath.Glob(filepath.Join("..", filepath.FromSlash(r.dir), "*_test.go"))
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "\nfunc "+r.test+"(t *testing.T) {")
	})
}

// What must never be is counted where it is found: a number that stands in the source counts nothing.
func TestFiguresAreCounted(t *testing.T) {
	literal, calls := regexp.MustCompile(`kvtest\.(Tried|Never)\(\d+,`), 0
	for _, pattern := range []string{"../*/*_test.go", "../*/*/*_test.go", "../*/*/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			calls += strings.Count(string(text), "kvtest.Figure(")
			if m := literal.Find(text); m != nil {
				t.Errorf("%s: %s", file, m)
			}
		}
	}
	if calls < 5 {
		t.Errorf("only %d calls", calls)
	}
}
