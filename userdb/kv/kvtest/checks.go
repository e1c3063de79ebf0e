package kvtest

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// Checks has rapid check the properties of this test so many times, and with JOTKIT_LONG so many: those that write to
// files or start processes are not for a hundred checks at every run.
func Checks(t *testing.T, normal, long int) {
	t.Helper()
	n := normal
	if os.Getenv("JOTKIT_LONG") != "" {
		n = long
	}
	if testing.Short() {
		n *= 5 // rapid makes it a fifth, and none at all proves nothing
	}
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	if err := f.Value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Value.Set(before) })
}
