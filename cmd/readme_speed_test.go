package cmd

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"jotkit/token/versus"
	"jotkit/token/versus/report"
)

var speedFile = flag.String("speed", "", "hold README's tables of speed against what this file has; with -update, write them anew")

const (
	speedBegin = "<!-- The tables of speed are made by .ci/bench. -->\n"
	speedEnd   = "<!-- The tables of speed end here. -->\n"
	speedChart = "testdata/speed/growth.svg"
)

var speedMachine = regexp.MustCompile(`(?m)^On \d{1,2} [A-Z][a-z]+ 20\d\d, with \d+ cores of [^,]+, [a-z0-9]+/[a-z0-9]+, go1\.\S+\.$`)

// TestReadmeSpeed holds README's tables of speed: they are well-formed, say of every aim what their numbers say, and the
// chart has the same numbers. With -speed FILE, from a run of the benchmarks with JOTKIT_SPEED=FILE, there is a row for all
// that was recorded there, and for nothing else. With -update too, tables and chart are what the file has.
func TestReadmeSpeed(t *testing.T) {
	before, rest, _ := strings.Cut(readme(t), speedBegin)
	section, after, found := strings.Cut(rest, speedEnd)
	if !found {
		t.Fatal("README has no tables of speed")
	}
	var ran []versus.Result
	if *speedFile != "" {
		ran = recordedSpeed(t, *speedFile)
	}
	if ran != nil && *update {
		write(t, "../README.md", before+speedBegin+speedTables(ran)+speedWhere()+"\n\n"+speedEnd+after)
		write(t, "../"+speedChart, report.Chart(ran))
		return
	}
	svg, err := os.ReadFile("../" + speedChart)
	if err != nil {
		t.Fatal(err)
	}
	rows, faults := checkSpeed(section, string(svg))
	for _, f := range faults {
		t.Errorf("README's tables of speed: %s", f)
	}
	if ran == nil {
		return
	}
	for _, thing := range report.Lacking(ran, rows) {
		t.Errorf("README lacks a row of %s: run .ci/bench", thing)
	}
	for _, thing := range report.Lacking(rows, ran) {
		t.Errorf("nothing was recorded of %s: was it skipped, for want of a program? If it has gone, run .ci/bench", thing)
	}
}

func recordedSpeed(t *testing.T, file string) []versus.Result {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ran, err := report.Read(string(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return ran
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// speedTables is what README shows of the results.
func speedTables(ran []versus.Result) string {
	growth := report.Growth(ran)
	if growth != "" {
		growth = fmt.Sprintf("\n![What it costs where there is more; the numbers are in the tables below](%s)\n%s", speedChart, growth)
	}
	return report.Tables(ran) + growth + "\n"
}

// speedWhere is when and on what machine.
func speedWhere() string {
	return fmt.Sprintf("On %s, with %d cores of %s, %s/%s, %s.",
		time.Now().Format("2 January 2006"), runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// processor is what the machine calls its processor.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // Linux alone has it
	m := regexp.MustCompile(`(?m)^model name\s*: *(.+)$`).FindSubmatch(text)
	if m == nil {
		return "an unknown processor"
	}
	return strings.ReplaceAll(string(m[1]), ",", " ")
}

// checkSpeed reads README's tables of speed and says what is not as they would have been written.
func checkSpeed(section, svg string) (rows []versus.Result, faults []string) {
	rows, faults = report.Parse(section)
	if len(rows) == 0 {
		faults = append(faults, "there are none")
	}
	faults = append(faults, report.CheckChart(svg, rows)...)
	where := speedMachine.FindStringIndex(section)
	switch {
	case where == nil || strings.TrimSpace(section[where[1]:]) != "":
		faults = append(faults, "they do not end with when and on what machine")
	case len(faults) == 0 && section[:where[0]] != speedTables(rows):
		faults = append(faults, "they are not written as .ci/bench writes them")
	}
	return rows, faults
}

// What somebody has changed in README or in the chart is noticed.
func TestSpeedIsChecked(t *testing.T) {
	ran := []versus.Result{
		{Package: "token", Work: "verify", Rival: "jwx", Unit: "ns", AtMost: 0.5, Ours: versus.Spread{Median: 100},
			Theirs: versus.Spread{Median: 400}, Ratio: versus.Spread{Low: 0.2, Median: 0.25, High: 0.3}},
		{Work: "look up", Unit: "ns", Ours: versus.Spread{Median: 100}, Chart: "people", Size: 10},
	}
	section, svg := speedTables(ran)+speedWhere()+"\n\n", report.Chart(ran)
	if _, faults := checkSpeed(section, svg); len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, c := range []struct{ old, new, says string }{
		{"yes", "no", "should be"},
		{"0.250 (", "0.350 (", "no ratio"},
		{"| look up | 100 ns", "| look up | 101 ns", "chart lacks"},
		{"](" + speedChart, "](elsewhere.svg", "not written as"},
		{"**In a Go program**\n\n", "**In a Go program**\n", "not written as"},
		{"0.250 (", "0.25 (", "not written as"},
		{" cores of ", " of ", "on what machine"},
		{" 20", " 30", "on what machine"},
		{".\n\n", ".\n\n| verify |\n", "not like the others"},
		{section, "", "there are none"},
	} {
		broken := strings.Replace(section, c.old, c.new, 1)
		if _, faults := checkSpeed(broken, svg); broken == section || !strings.Contains(strings.Join(faults, "\n"), c.says) {
			t.Errorf("%q in the place of %q: %q, want %q", c.new, c.old, faults, c.says)
		}
	}
}
