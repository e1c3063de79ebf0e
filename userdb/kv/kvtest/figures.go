package kvtest

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// FiguresFile is the environment variable that names a file to which [Figure] appends.
const FiguresFile = "JOTKIT_FIGURES"

// A Number is one figure of a fault test: how often something was tried, or how often what must never be was seen.
type Number struct {
	What  string `json:"what"` // in the plural: "rounds", "writes lost"
	N     int    `json:"n"`
	Never bool   `json:"never,omitempty"`
}

// Tried is how often a fault test did something. None at all proves nothing, and fails the test.
func Tried(n int, what string) Number { return Number{What: what, N: n} }

// Never is how often a fault test saw what must not be: whatever is not 0 fails the test.
func Never(n int, what string) Number { return Number{What: what, N: n, Never: true} }

// A Record is what one fault test, or a part of one, did: a line in the file of figures. The parts of a test that have
// one promise add up.
type Record struct {
	Package string   `json:"package"` // from the top of the module: "userdb/kv/bolt"
	Test    string   `json:"test"`    // without its subtests
	Promise string   `json:"promise"`
	Numbers []Number `json:"numbers"`
	Failed  bool     `json:"failed,omitempty"`
}

// Figure ends a fault test: it says what promise was put to the test and how often, in the log, and as a line of the file
// that JOTKIT_FIGURES names, from which README has its table. Here alone is decided which numbers fail a test.
func Figure(t testing.TB, promise string, numbers ...Number) {
	t.Helper()
	if promise == "" || strings.ContainsAny(promise, "|`\n") {
		t.Errorf("the promise %q is not for a cell of README's table", promise)
	}
	tried := false
	for _, n := range numbers {
		switch {
		case n.What == "" || strings.ContainsAny(n.What, ",*|`\n"):
			t.Errorf("%q is not for a list in README's table", n.What)
		case n.Never && n.N != 0:
			t.Errorf("%d %s, and there must be none", n.N, n.What)
		case !n.Never && n.N <= 0:
			t.Errorf("%d %s: nothing was tried", n.N, n.What)
		}
		tried = tried || !n.Never
	}
	if !tried {
		t.Error("no number says how often something was tried")
	}
	r := Record{Package: callingPackage(), Promise: promise, Numbers: numbers}
	r.Test, _, _ = strings.Cut(t.Name(), "/")
	t.Logf("%s: %s", promise, Sentence(numbers))
	t.Cleanup(func() { // what fails after this call counts too
		r.Failed = t.Failed()
		if err := r.append(os.Getenv(FiguresFile)); err != nil {
			t.Error(err)
		}
	})
}

// Sentence is the numbers as README has them, those that must be 0 in bold type.
func Sentence(numbers []Number) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = fmt.Sprintf("%d %s", n.N, n.What)
		if n.Never {
			parts[i] = "**" + parts[i] + "**"
		}
	}
	return strings.Join(parts, ", ")
}

// append adds the record to a file that other processes add to as well; no name, no file.
func (r Record) append(name string) error {
	if name == "" {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(append(line, '\n')) // in one piece, so that lines do not mix
	return err
}

// callingPackage is the package whose test calls Figure, from the top of the module.
func callingPackage() string {
	pc, _, _, _ := runtime.Caller(2)
	name := runtime.FuncForPC(pc).Name() // jotkit/userdb/kv/bolt_test.TestKill.func1
	dir, last := name[:strings.LastIndex(name, "/")+1], name[strings.LastIndex(name, "/")+1:]
	last, _, _ = strings.Cut(last, ".")
	return strings.TrimPrefix(dir, "jotkit/") + strings.TrimSuffix(last, "_test")
}
