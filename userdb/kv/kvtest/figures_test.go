package kvtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A watched test has its failures counted, and does not fail.
type watched struct {
	testing.TB
	failures int
	ends     []func()
}

func (w *watched) Errorf(string, ...any) { w.failures++ }
func (w *watched) Error(...any)          { w.failures++ }
func (w *watched) Failed() bool          { return w.failures > 0 }
func (w *watched) Cleanup(fn func())     { w.ends = append(w.ends, fn) }

func (w *watched) end() {
	for _, fn := range w.ends {
		fn()
	}
}

func TestFigureFails(t *testing.T) {
	for name, test := range map[string]struct {
		numbers  []Number
		failures int
	}{
		"well":                {[]Number{Tried(3, "rounds"), Never(0, "writes lost")}, 0},
		"lost":                {[]Number{Tried(3, "rounds"), Never(1, "writes lost")}, 1},
		"nothing tried":       {[]Number{Tried(0, "rounds"), Never(0, "writes lost")}, 1},
		"one thing not tried": {[]Number{Tried(3, "rounds"), Tried(0, "kills")}, 1},
		"less than nothing":   {[]Number{Tried(-1, "rounds"), Never(-1, "writes lost")}, 2},
		"no tries":            {[]Number{Never(0, "writes lost")}, 1},
		"a comma":             {[]Number{Tried(3, "rounds, long")}, 1},
		"nothing said":        {[]Number{Tried(3, "rounds"), Never(0, "")}, 1},
		"no numbers":          {nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(FiguresFile, "")
			w := &watched{TB: t}
			Figure(w, "nothing is lost", test.numbers...)
			if w.end(); w.failures != test.failures {
				t.Errorf("%d failures, want %d", w.failures, test.failures)
			}
		})
	}
}

func TestFiguresFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures")
	t.Setenv(FiguresFile, file)
	well, fails := &watched{TB: t}, &watched{TB: t}
	Figure(well, "a", Tried(3, "rounds"), Never(0, "writes lost"))
	Figure(fails, "b", Tried(1, "flips"))
	fails.Error("later than its figures")
	t.Run("part", func(t *testing.T) { Figure(t, "c", Tried(2, "kills")) })
	well.end()
	fails.end()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got []Record
	for line := range strings.Lines(string(text)) {
		var r Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	const here, test = "userdb/kv/kvtest", "TestFiguresFile"
	if diff := cmp.Diff([]Record{
		{Package: here, Test: test, Promise: "c", Numbers: []Number{Tried(2, "kills")}},
		{Package: here, Test: test, Promise: "a", Numbers: []Number{Tried(3, "rounds"), Never(0, "writes lost")}},
		{Package: here, Test: test, Promise: "b", Numbers: []Number{Tried(1, "flips")}, Failed: true},
	}, got); diff != "" {
		t.Error(diff)
	}
	if got, want := Sentence(got[1].Numbers), "3 rounds, **0 writes lost**"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
