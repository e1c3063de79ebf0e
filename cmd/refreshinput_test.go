package cmd

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestHolds: a refresh leaves alone what a login has put into the file meanwhile, and does not bring it back after a logout.
func TestHolds(t *testing.T) {
	e := newInProcess(t).env("", io.Discard, io.Discard)
	from := refreshInput{filepath.Join(t.TempDir(), "session")}
	want := func(what string, want bool) {
		t.Helper()
		if got, err := e.holds(t.Context(), from, "jkr_A"); got != want || err != nil {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	want("no file", false)
	if err := from.keep("jkr_A"); err != nil {
		t.Fatal(err)
	}
	want("as it was read", true)
	if err := from.keep("jkr_B"); err != nil {
		t.Fatal(err)
	}
	want("another one", false)
	if err := os.Remove(from.file); err != nil {
		t.Fatal(err)
	}
	want("gone", false)
}
