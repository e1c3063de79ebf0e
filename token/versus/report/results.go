package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"jotkit/token/versus"
)

// groups are what README has tables for, by the packages whose benchmarks answer it.
var groups = []struct {
	heading  string
	packages []string // without a slash at the end: that package alone
}{
	{"In a Go program", []string{"token", "token/", "keyring", "keyring/"}},
	{"On the command line", []string{"cmd"}},
	{"In a server", []string{"cmd/"}},
	{"In the store", []string{"userdb", "userdb/"}},
}

// group is the place in groups of a package, and -1 where it has none.
func group(pkg string) int {
	for i, g := range groups {
		for _, p := range g.packages {
			if pkg == p || strings.HasSuffix(p, "/") && strings.HasPrefix(pkg, p) {
				return i
			}
		}
	}
	return -1
}

// Read reads the file that JOTKIT_SPEED named. Results of the same thing, from several runs, become one.
func Read(text string) (results []versus.Result, err error) {
	for line := range strings.Lines(text) {
		var r versus.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		if group(r.Package) < 0 {
			return nil, fmt.Errorf("%s: README has no table for %s: it is to be in groups", r.Work, r.Package)
		}
		if (r.Rival != "" || r.Chart != "") && !(r.Ours.Median > 0) {
			return nil, fmt.Errorf("%s took %v ns", r.Work, r.Ours.Median)
		}
		results = append(results, normal(r))
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("nothing was recorded")
	}
	return merged(results)
}

// normal has all times in nanoseconds, and large numbers in names as people write them.
func normal(r versus.Result) versus.Result {
	unit := r.Unit
	for _, v := range []*float64{&r.Ours.Low, &r.Ours.Median, &r.Ours.High} {
		*v, r.Unit = inNanoseconds(*v, unit)
	}
	if r.Rival == "" && r.Chart == "" {
		r.AtMost, _ = inNanoseconds(r.AtMost, unit)
	}
	r.Work = regexp.MustCompile(`\b\d{4,}\b`).ReplaceAllStringFunc(r.Work, func(s string) string {
		if n, err := parseNumber(s); err == nil && n == round(n) {
			return size(n)
		}
		return s
	})
	return r
}

// merged makes one of all results of the same thing, by one benchmark that ran several times: the median of the medians, and
// the widest of the spreads.
func merged(results []versus.Result) (one []versus.Result, err error) {
	type same struct {
		thing Thing
		size  float64
	}
	runs := map[same][]versus.Result{}
	var order []same
	for _, r := range results {
		k := same{ThingOf(r), r.Size}
		if runs[k] == nil {
			order = append(order, k)
		} else if first := runs[k][0].Benchmark; first != r.Benchmark {
			return nil, fmt.Errorf("%s and %s both record %s", first, r.Benchmark, k.thing)
		}
		runs[k] = append(runs[k], r)
	}
	for _, k := range order {
		all := runs[k]
		r := all[len(all)-1]
		r.Ours = widest(all, func(r versus.Result) versus.Spread { return r.Ours })
		r.Theirs = widest(all, func(r versus.Result) versus.Spread { return r.Theirs })
		r.Ratio = widest(all, func(r versus.Result) versus.Spread { return r.Ratio })
		one = append(one, r)
	}
	return one, nil
}

func widest(results []versus.Result, of func(versus.Result) versus.Spread) versus.Spread {
	var low, median, high []float64
	for _, r := range results {
		s := of(r)
		low, median, high = append(low, s.Low), append(median, s.Median), append(high, s.High)
	}
	slices.Sort(median)
	return versus.Spread{Low: slices.Min(low), Median: median[len(median)/2], High: slices.Max(high)}
}

// A Thing is what a row of the tables is about, whatever its numbers.
type Thing struct {
	Heading, Work, Rival, Unit, Chart string
}

// ThingOf is what a result is about.
func ThingOf(r versus.Result) Thing {
	t := Thing{Work: r.Work, Rival: r.Rival, Unit: r.Unit, Chart: r.Chart}
	if g := group(r.Package); g >= 0 && r.Chart == "" {
		t.Heading = groups[g].heading
	}
	return t
}

func (t Thing) String() string {
	switch {
	case t.Chart != "":
		return fmt.Sprintf("%q by %s", t.Work, t.Chart)
	case t.Rival == "":
		return fmt.Sprintf("%q in %s", t.Work, t.Unit)
	}
	return fmt.Sprintf("%q beside %s", t.Work, t.Rival)
}

// counts are numbers in the name of a work, such as how many there are of what it works with.
var counts = regexp.MustCompile(`\b\d[\d,]*( [kMG])?\b`)

// Lacking returns what some have and others have nothing about. Counts make no difference: a short run has smaller ones.
func Lacking(some, others []versus.Result) (lacking []Thing) {
	uncounted := func(r versus.Result) Thing {
		t := ThingOf(r)
		t.Work = counts.ReplaceAllString(t.Work, "N")
		return t
	}
	has := map[Thing]bool{}
	for _, r := range others {
		has[uncounted(r)] = true
	}
	for _, r := range some {
		if t := uncounted(r); !has[t] {
			has[t] = true // once is enough
			lacking = append(lacking, t)
		}
	}
	return lacking
}
