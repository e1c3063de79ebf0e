package cmd

import (
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"jotkit/token/flaw"
)

// lineJSON is a line of verify --each.
type lineJSON struct {
	Line   int             `json:"line"`
	Valid  bool            `json:"valid"`
	Exit   int             `json:"exit"`
	Reason string          `json:"reason"`
	Claims json.RawMessage `json:"claims,omitempty"`
}

// asstated FLAWS VERDICTS holds each line of verify --each against the verdict that the same line of mint --flaw all --json
// states, and wants at least 40 of them.
func cmdAsStated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asstated FLAWS VERDICTS")
	}
	stated, err := jsonLines[flawedJSON](ts.ReadFile(args[0]))
	ts.Check(err)
	got, err := jsonLines[lineJSON](ts.ReadFile(args[1]))
	ts.Check(err)
	if len(stated) != len(got) || len(got) < 40 {
		ts.Fatalf("%d flaws and %d verdicts", len(stated), len(got))
	}
	for i, f := range stated {
		if v := got[i]; !flaw.Known(f.Flaw) || v.Valid || v.Exit != f.Expect.Exit || v.Reason != string(f.Expect.Reason) {
			ts.Fatalf("%s: got %d %s, and %d %s was stated", f.Flaw, v.Exit, v.Reason, f.Expect.Exit, f.Expect.Reason)
		}
	}
}

// jsonLines reads one JSON document a line.
func jsonLines[T any](text string) (all []T, err error) {
	for line := range strings.Lines(text) {
		var one T
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
