package versus_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jotkit/token/versus"
)

// What a race, a figure and a point of a chart leave in the file.
func TestSpeedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "speed")
	t.Setenv(versus.SpeedFile, file)
	benchFor(t, "5x")
	var did, theirs, settled int
	r := testing.Benchmark(func(b *testing.B) {
		did, theirs, settled = 0, 0, 0
		versus.Race{
			Work: "count",
			Ours: versus.Runner{Name: "jotkit", Times: 7, Do: func(n int) { did += n }},
			Against: []versus.Rival{
				{Runner: versus.Runner{Name: "theirs", Times: 1, Do: func(n int) { theirs += n }}, AtMost: 2},
				{Runner: versus.Runner{Name: "settled", Do: func(n int) { settled += n }}},
			},
		}.Run(b)
		versus.Figure(b, "count", []float64{3, 1, 2}, "allocations", 4)
	})
	var least, most int
	testing.Benchmark(func(b *testing.B) {
		least, most = 0, 0
		versus.Growth{Chart: "numbers", Work: "count", AtMost: 2, Sizes: []versus.Size{
			{N: 0, Runner: versus.Runner{Times: 1, Do: func(n int) { least += n }}},
			{N: 1000, Runner: versus.Runner{Times: 2, Do: func(n int) { most += n }}},
		}}.Run(b)
	})
	if least != 5 || most != 10 {
		t.Errorf("%d and %d times", least, most)
	}
	if did != 35 || theirs != 5 || settled < 1000 || r.N != 5 {
		t.Errorf("%d, %d and %d times in %d rounds", did, theirs, settled, r.N)
	}
	got := results(t, file)
	if len(got) != 5 {
		t.Fatalf("%d results", len(got))
	}
	for _, r := range got {
		if r.Package != "token/versus" || r.Work != "count" || r.Ours.Low > r.Ours.Median || r.Ours.Median > r.Ours.High {
			t.Errorf("%+v", r)
		}
	}
	if r := got[0]; r.Rival != "theirs" || r.AtMost != 2 || r.Unit != "ns" || r.Ratio.Median <= 0 {
		t.Errorf("%+v", r)
	}
	if r := got[2]; r.Rival != "" || r.Ours != (versus.Spread{1, 2, 3}) || r.Unit != "allocations" || r.AtMost != 4 {
		t.Errorf("%+v", r)
	}
	if r := got[4]; r.Chart != "numbers" || r.Size != 1000 || r.Theirs != got[3].Ours || r.AtMost != 2 || r.Ratio.Median <= 0 {
		t.Errorf("%+v", r)
	}
}

// Where benchmarks run in full length, there are rounds enough for a spread, be each as long as it may.
func TestFewestRounds(t *testing.T) {
	benchFor(t, "1x")
	for long, want := range map[string]int{"": 1, "1": 5} {
		t.Setenv("JOTKIT_LONG", long)
		did := 0
		testing.Benchmark(func(b *testing.B) {
			did = 0
			versus.Race{Work: "count", Ours: versus.Runner{Name: "jotkit", Times: 1, Do: func(n int) { did += n }}}.Run(b)
		})
		if did != want {
			t.Errorf("JOTKIT_LONG=%q: %d rounds, want %d", long, did, want)
		}
	}
}

// benchFor has benchmarks that the test runs take so long.
func benchFor(t *testing.T, long string) {
	t.Helper()
	benchtime := flag.Lookup("test.benchtime")
	was := benchtime.Value.String()
	if err := benchtime.Value.Set(long); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { benchtime.Value.Set(was) })
}

func results(t *testing.T, file string) (all []versus.Result) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r versus.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}
