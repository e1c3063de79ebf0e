// Package versus sets what this project does beside what else could do it, in one run: the runners take turns, so that
// whatever the machine does besides falls upon all of them alike. It is for benchmarks alone.
//
// Times say nothing on another machine, and ratios of two times of one run do. A benchmark prints both, and appends them
// to the file that JOTKIT_SPEED names, from which README has its table and its chart.
package versus

import (
	"encoding/json"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// SpeedFile is the environment variable that names a file to which results are appended, one JSON object a line.
const SpeedFile = "JOTKIT_SPEED"

// turnLength is how long a turn takes at least, for runners that can do their work more than once in it.
const turnLength = 2 * time.Millisecond

// fewest is how many rounds there are in full length (JOTKIT_LONG), however long each takes: of fewer there is no spread.
const fewest = 5

// A Runner does a work. Do does it n times, and ends the benchmark where anything goes wrong.
type Runner struct {
	Name string
	Do   func(n int)
	// Times is how often a turn does the work; 0 is as often as fills some milliseconds.
	Times int
}

// A Rival is a Runner that ours is held against.
type Rival struct {
	Runner
	AtMost float64 // what is aimed at: the most that our time may be of the rival's; 0 aims at nothing
}

// A Race is one work and who does it.
type Race struct {
	Work    string // as README's table names it: "verify HS256"
	Ours    Runner
	Against []Rival
}

// A Spread is the median of some figures and between what half of them lie.
type Spread struct {
	Low    float64 `json:"low"`
	Median float64 `json:"median"`
	High   float64 `json:"high"`
}

// A Result is a line of the file: how a work came out against one rival, in nanoseconds for one time; or one figure of our
// own, where Rival is ""; or one point of a chart, where Chart is not "": Theirs is then the cost of the least size.
type Result struct {
	Package   string  `json:"package"`   // whose benchmark it is, from the top of the module: "cmd/server"
	Benchmark string  `json:"benchmark"` // with its parts: "BenchmarkProtected/16"
	Work      string  `json:"work"`
	Rival     string  `json:"rival,omitempty"`
	Ours      Spread  `json:"ours"`
	Theirs    Spread  `json:"theirs"`
	Ratio     Spread  `json:"ratio"` // ours / theirs, of the turns of one round
	AtMost    float64 `json:"at_most,omitempty"`
	Unit      string  `json:"unit"`
	Chart     string  `json:"chart,omitempty"` // by what the cost may grow: "revocations"
	Size      float64 `json:"size,omitempty"`  // how many there were
}

// Run has all do the work in turn, round by round, for as long as the benchmark runs, and for five rounds at least in full
// length.
func (r Race) Run(b *testing.B) {
	b.Helper()
	runners := []Runner{r.Ours}
	for _, a := range r.Against {
		runners = append(runners, a.Runner)
	}
	times := turns(b, runners)
	ours := spread(times[0])
	b.ReportMetric(ours.Median, unit(r.Ours.Name, "ns"))
	for i, a := range r.Against {
		result := Result{Work: r.Work, Rival: a.Name, Ours: ours, Theirs: spread(times[i+1]), Ratio: ratio(times[0], times[i+1]), AtMost: a.AtMost, Unit: "ns"}
		b.ReportMetric(result.Theirs.Median, unit(a.Name, "ns"))
		b.ReportMetric(result.Ratio.Median, unit("of", a.Name))
		result.append(b)
	}
}

// A Growth is one work where there is ever more of what its cost may grow with.
type Growth struct {
	Chart  string // of what there is more: "revocations"
	Work   string
	Sizes  []Size  // the least first
	AtMost float64 // what is aimed at: how many times the least cost the most may be; 0 aims at nothing
}

// A Size is the work where there are so many.
type Size struct {
	N float64
	Runner
}

// Run lets the sizes take turns.
func (g Growth) Run(b *testing.B) {
	b.Helper()
	var runners []Runner
	for _, s := range g.Sizes {
		runners = append(runners, s.Runner)
	}
	times := turns(b, runners)
	for i, s := range g.Sizes {
		result := Result{Work: g.Work, Ours: spread(times[i]), Unit: "ns", Chart: g.Chart, Size: s.N, Theirs: spread(times[0]), Ratio: ratio(times[i], times[0]), AtMost: g.AtMost}
		b.ReportMetric(result.Ours.Median, unit(strconv.FormatFloat(s.N, 'f', -1, 64), "ns"))
		result.append(b)
	}
}

// turns returns how long one time took each runner, in nanoseconds, by round.
func turns(b *testing.B, runners []Runner) [][]float64 {
	for i := range runners {
		runners[i].settle()
	}
	times := make([][]float64, len(runners))
	rounds := 0
	round := func() {
		for i := range runners {
			k := (rounds + i) % len(runners) // whoever comes first finds the caches of the one before
			times[k] = append(times[k], runners[k].turn())
		}
		rounds++
	}
	for b.Loop() {
		round()
	}
	for os.Getenv("JOTKIT_LONG") != "" && rounds < fewest {
		round()
	}
	b.ReportMetric(0, "ns/op") // a round is nothing that anybody wants to know about
	return times
}

// ratio is that of the turns of each round.
func ratio(ours, theirs []float64) Spread {
	q := make([]float64, len(ours))
	for i := range q {
		q[i] = ours[i] / theirs[i]
	}
	return spread(q)
}

// settle finds out how often a turn has to do the work.
func (r *Runner) settle() {
	if r.Times > 0 {
		return
	}
	for r.Times = 1; r.Times < 1<<24 && r.do() < turnLength; r.Times *= 2 {
	}
}

func (r *Runner) do() time.Duration {
	began := time.Now()
	r.Do(r.Times)
	return time.Since(began)
}

// turn returns how long one time took, in nanoseconds.
func (r *Runner) turn() float64 { return float64(r.do()) / float64(r.Times) }

// Figure records a figure of our own that is no ratio, such as allocations: of work, in a unit, and what it may be at most. It
// is for after the loop of the benchmark: what was reported before that begins is not printed.
func Figure(b *testing.B, work string, values []float64, in string, atMost float64) {
	b.Helper()
	s := spread(values)
	b.ReportMetric(s.Median, unit(work, in))
	Result{Work: work, Ours: s, AtMost: atMost, Unit: in}.append(b)
}

// spread sorts and sums up.
func spread(values []float64) Spread {
	v := slices.Sorted(slices.Values(values))
	if len(v) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	return Spread{v[len(v)/4], v[len(v)/2], v[len(v)*3/4]}
}

// unit is a unit as benchmarks print them: without spaces.
func unit(of, in string) string { return strings.ReplaceAll(of+"-"+in, " ", "-") }

// append adds the result to a file that other processes add to as well; no name, no file.
func (r Result) append(b *testing.B) {
	b.Helper()
	for _, s := range []string{r.Work, r.Rival, r.Unit, r.Chart} {
		if strings.ContainsAny(s, "|`\n") {
			b.Fatalf("%q is not for a cell of README's table", s)
		}
	}
	name := os.Getenv(SpeedFile)
	if name == "" {
		return
	}
	r.Package, r.Benchmark = callingPackage(), b.Name()
	line, err := json.Marshal(r)
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(append(line, '\n')); err != nil { // in one piece, so that lines do not mix
		b.Fatal(err)
	}
}

// callingPackage is the package of the benchmark that records, from the top of the module.
func callingPackage() string {
	callers := make([]uintptr, 8)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "jotkit/token/versus.") && more {
			continue
		}
		// jotkit/cmd/server_test.BenchmarkProtected.func1
		dir, last := f.Function[:strings.LastIndex(f.Function, "/")+1], f.Function[strings.LastIndex(f.Function, "/")+1:]
		last, _, _ = strings.Cut(last, ".")
		return strings.TrimPrefix(dir, "jotkit/") + strings.TrimSuffix(last, "_test")
	}
}
