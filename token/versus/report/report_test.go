package report

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/token/versus"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file in testdata/golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := "../../../testdata/golden/" + name
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func about(median float64) versus.Spread {
	return versus.Spread{Low: median * 0.95, Median: median, High: median * 1.07}
}

func race(pkg, work, rival string, ours, theirs, atMost float64) versus.Result {
	return versus.Result{Package: pkg, Benchmark: "BenchmarkRace", Work: work, Rival: rival, Ours: about(ours), Theirs: about(theirs), Ratio: about(ours / theirs), AtMost: atMost, Unit: "ns"}
}

func figure(pkg, work string, value float64, unit string, atMost float64) versus.Result {
	return versus.Result{Package: pkg, Work: work, Ours: about(value), Unit: unit, AtMost: atMost}
}

func points(chart, work string, atMost float64, sizes, ns []float64) (all []versus.Result) {
	for i := range sizes {
		r := versus.Result{Package: "userdb", Work: work, Ours: about(ns[i]), Unit: "ns", Chart: chart, Size: sizes[i]}
		if atMost != 0 && i > 0 {
			r.Theirs, r.Ratio, r.AtMost = about(ns[0]), about(ns[i]/ns[0]), atMost
		}
		all = append(all, r)
	}
	return all
}

// sample has some of everything: aims that hold and do not, no aim, names that XML has to escape, a size of 0.
func sample(t *testing.T) []versus.Result {
	t.Helper()
	all := []versus.Result{
		race("token", "verify HS256", "golang-jwt", 3020, 12_000, 0.2),
		race("token", "verify HS256", "jwx", 3020, 32_000, 1.0/12),
		race("cmd", "verify, a process", "step", 2.96e6, 20.7e6, 1.0/7),
		race("cmd/server", "GET /protected, 16 connections", "a bare handler", 19_996, 18_000, 1/0.9),
		race("cmd/server", "GET /protected, 16 connections", "flask-jwt-extended", 19_996, 200_000, 0),
		race("token", "verify ES256", "the signature", 75_000, 73_000, 1.05),
		figure("token", "memory of verify HS256", 3, "allocations", 4),
		figure("userdb", "memory of one of 10000000 revocations", 21.25, "bytes", 20),
		figure("cmd/server", "the same token again, hot", 0.4126, "µs", 0.5),
		figure("cmd/server", "a burst", 45_612, "requests", 0),
	}
	all = append(all, points("revocations", "look up an id", 2.5, []float64{0, 1e3, 1e6, 1e7}, []float64{210, 260, 350, 410})...)
	all = append(all, points("revocations", "refuse & say <why>", 0, []float64{1e3, 1e6}, []float64{900, 910})...)
	all = append(all, points("bytes of a token", "verify HS256", 0, []float64{300, 1000, 8192, 65536}, []float64{3000, 5200, 36_000, 301_000})...)
	all = append(all, points("people", "login's store part", 2, []float64{1e4, 1e5, 1e6}, []float64{80_000, 100_000, 180_000})...)
	return all
}

func lines(t *testing.T, results []versus.Result) string {
	t.Helper()
	var b strings.Builder
	for _, r := range results {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// read is the sample out of a file.
func read(t *testing.T) []versus.Result {
	t.Helper()
	results, err := Read(lines(t, sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestShownGolden(t *testing.T) {
	results := read(t)
	golden(t, "speed.md", Tables(results)+Growth(results))
	golden(t, "speed.svg", Chart(results))
}

// What is written can be read back, and says the same then.
func TestReadBack(t *testing.T) {
	results := read(t)
	text := Tables(results) + Growth(results)
	back, faults := Parse(text)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if diff := cmp.Diff(text, Tables(back)+Growth(back)); diff != "" {
		t.Error(diff)
	}
	if a, b := Lacking(results, back), Lacking(back, results); len(a)+len(b) > 0 {
		t.Error(a, b)
	}
	if faults := CheckChart(Chart(results), back); len(faults) > 0 {
		t.Error(faults)
	}
	if l := Lacking(results, back[1:]); len(l) != 1 || l[0].String() != `"verify HS256" beside golang-jwt` {
		t.Error(l)
	}
	few, many := figure("userdb", "load 1 k revocations", 1, "s", 1), figure("userdb", "load 10,000,000 revocations", 1, "s", 1)
	if l := Lacking([]versus.Result{few}, []versus.Result{many}); len(l) != 0 {
		t.Error(l)
	}
}

// A row that somebody has changed, or that was never well, is noticed.
func TestBrokenRows(t *testing.T) {
	results := read(t)
	text := Tables(results) + Growth(results)
	for _, c := range []struct{ old, new, says string }{
		{"at most 0.2: **no, 0.252**", "at most 0.2: yes", "should be"},
		{"at most 0.2: **no, 0.252**", "at most 0.2: **no, 0.25**", "should be"},
		{"at most 0.2: **no, 0.252**", "at most some: yes", "is no number"},
		{"at most 0.2: **no, 0.252**", "fine", "is no aim"},
		{"0.252 (0.239–0.269)", "0.152 (0.139–0.169)", "should be"},
		{"0.252 (0.239–0.269)", "0.252 (0.269–0.239)", "is no ratio"},
		{"0.252 (0.239–0.269)", "0.252", "is no ratio"},
		{"0.252 (0.239–0.269)", "NaN (NaN–NaN)", "is no number"},
		{"| 3.02 µs | golang-jwt |", "| 3.02 | golang-jwt |", "has no unit"},
		{"| 3.02 µs | golang-jwt |", "| 0 ns | golang-jwt |", "not two times"},
		{"| 3.02 µs | golang-jwt |", "| 3.02 bytes | golang-jwt |", "not two times"},
		{"| 3.02 µs | golang-jwt |", "| 3.02 µs |  |", "who does what"},
		{"| 3.02 µs | golang-jwt |", "| 3.02 µs |", "not like the others"},
		{"| | | jwx |", "| | | golang-jwt |", "two rows of"},
		{"| verify HS256 | 3.02 µs | golang-jwt |", "| | | golang-jwt |", "who does what"},
		{"3 allocations", "many allocations", "is no number"},
		{"3 allocations", "5 allocations", "should be"},
		{"413 ns", "513 ns", "should be"},
		{"| 1 M | 10 M |", "| 10 M | 1 M |", "too late"},
		{"| 1 M | 10 M |", "| 1 X | 10 M |", "is no number"},
		{"| 350 ns | 410 ns |", "| 350 ns |", "not like the others"},
		{"| 350 ns | 410 ns |", "| 350 | 410 ns |", "has no unit"},
		{"| 350 ns | 410 ns |", "| 350 ns | 0 ns |", "is no time"},
		{"| 1.95 |", "| 2.95 |", "should be"},
		{"| – | 900 ns | 910 ns | – |", "| – | – | – | – |", "what costs what"},
		{"**In a server**", "**On the moon**", "no such heading"},
		{raceHead, "", "not like the others"},
	} {
		if !strings.Contains(text, c.old) {
			t.Errorf("the tables have no %q", c.old)
		}
		_, faults := Parse(strings.Replace(text, c.old, c.new, 1))
		if len(faults) == 0 || !strings.Contains(strings.Join(faults, "\n"), c.says) {
			t.Errorf("%q in the place of %q: %q, want %q", c.new, c.old, faults, c.says)
		}
	}
}

func TestBrokenCharts(t *testing.T) {
	results := read(t)
	svg := Chart(results)
	for _, c := range []struct{ old, new, says string }{
		{"</svg>", "", "no SVG"},
		{"</svg>", "</svg><p>", "comes after"},
		{"", "", ""},
		{"&amp; say", "& say", "no SVG"},
		{"look up an id, 1 M: 350 ns", "look up an id, 1 M: 250 ns", "tables have not"},
		{"<circle ", "<ellipse ", "no SVG"},
		{`<desc id="desc">look`, `<desc id="desc">Look`, "other numbers"},
		{">What it costs where there is more</title>", "></title>", "no title"},
		{"<g class", "<a class", "no SVG"},
	} {
		faults := strings.Join(CheckChart(strings.Replace(svg, c.old, c.new, 1), results), "\n")
		if (faults == "") != (c.says == "") || !strings.Contains(faults, c.says) {
			t.Errorf("%q in the place of %q: %q, want %q", c.new, c.old, faults, c.says)
		}
	}
	without := results[:len(results)-1]
	if faults := CheckChart(Chart(without), results); len(faults) != 2 {
		t.Error(faults)
	}
}

// Several runs become one: the median of the medians, the widest of the spreads.
func TestMerged(t *testing.T) {
	var all []versus.Result
	for _, m := range []float64{300, 100, 200} {
		all = append(all, race("token", "verify HS256", "jwx", m, 1000, 0.5))
	}
	all = append(all, race("cmd", "verify HS256", "jwx", 1e6, 1e6, 0)) // of another package
	got, err := Read(lines(t, all))
	if err != nil {
		t.Fatal(err)
	}
	want := race("token", "verify HS256", "jwx", 200, 1000, 0.5)
	want.Ours.Low, want.Ours.High = 95, 321
	want.Ratio.Low, want.Ratio.High = about(0.1).Low, about(0.3).High
	if diff := cmp.Diff([]versus.Result{want, all[3]}, got); diff != "" {
		t.Error(diff)
	}
	twice := []versus.Result{all[0], all[1]}
	twice[1].Benchmark = "BenchmarkOther"
	for _, broken := range []string{"", "x", lines(t, twice), lines(t, []versus.Result{race("cmd", "verify", "step", 0, 1, 1)}), lines(t, []versus.Result{race("moon", "land", "nobody", 1, 1, 1)})} {
		if _, err := Read(broken); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
}

// What package versus records is what Read reads.
func TestReadRecorded(t *testing.T) {
	file := t.TempDir() + "/speed"
	t.Setenv(versus.SpeedFile, file)
	testing.Benchmark(func(b *testing.B) { versus.Figure(b, "count", []float64{3}, "allocations", 4) })
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(string(text))
	if err != nil || len(got) != 1 || got[0].Package != "token/versus/report" || got[0].AtMost != 4 {
		t.Errorf("%+v, %v", got, err)
	}
}
