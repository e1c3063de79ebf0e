package cmd

import (
	"bufio"
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"jotkit/token/flaw"
)

// asstated FLAWS VERDICTS holds each line of verify --each against the verdict that the same line of mint --flaw all --json
// states, and wants at least 40 of them.
func cmdAsStated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asstated FLAWS VERDICTS")
	}
	stated := jsonLines[flawedJSON](ts, args[0])
	got := jsonLines[lineJSON](ts, args[1])
	if len(stated) != len(got) || len(got) < 40 {
		ts.Fatalf("%d flaws and %d verdicts", len(stated), len(got))
	}
	for i, f := range stated {
		if v := got[i]; !flaw.Known(f.Flaw) || v.Valid || v.Exit != f.Expect.Exit || v.Reason != string(f.Expect.Reason) {
			ts.Fatalf("%s: got %d %s, and %d %s was stated", f.Flaw, v.Exit, v.Reason, f.Expect.Exit, f.Expect.Reason)
		}
	}
}

// jsonLines reads a file of one JSON document a line.
func jsonLines[T any](ts *testscript.TestScript, file string) (all []T) {
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(file)))
	for lines.Scan() {
		var one T
		ts.Check(json.Unmarshal(lines.Bytes(), &one))
		all = append(all, one)
	}
	ts.Check(lines.Err())
	return all
}
