package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"unforeseen", errors.New("disk on fire"), 1},
		{"usage", usagef("", "no"), 2},
		{"busy", fmt.Errorf("x: %w", kv.ErrBusy), 3},
		{"what is said first decides", fmt.Errorf("%w: %w", kv.ErrDamaged, keyring.ErrNotAKey), 3},
		{"also the other way round", fmt.Errorf("%w: %w", keyring.ErrNotAKey, kv.ErrDamaged), 9},
		{"lost key", &lostKeyError{"a", "b"}, 3},
		{"login", authority.ErrLoginRefused, 4},
		{"no user", fmt.Errorf("%w: %q", userdb.ErrNoUser, "ada"), 5},
		{"exists", kv.ErrExists, 6},
		{"exposed", &exposedError{"f"}, 7},
		{"weak at the door", fmt.Errorf("key: %w", token.ErrWeakKey), 7},
		{"weak to verify with", fmt.Errorf("%w: %w", token.AlgorithmRefused, token.ErrWeakKey), 16},
		{"declined", errDeclined, 8},
		{"interrupted", fmt.Errorf("x: %w", context.Canceled), 130},
		{"reason", token.Revoked, 15},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := outcome(c.err).Status; got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// Every reason that package token knows has a row, under its own name.
func TestReasonsHaveExits(t *testing.T) {
	for _, r := range []token.Reason{
		token.Malformed, token.AlgorithmRefused, token.BadSignature, token.Revoked, token.Expired, token.NotYetValid,
		token.ClaimMismatch, token.TooLittleLife,
	} {
		if row := outcome(r); row.Name != string(r) || row.Status < 10 {
			t.Errorf("%s: %d %s", r, row.Status, row.Name)
		}
	}
}

// The rows stand at the index of their status, each with a name of its own.
func TestExitTable(t *testing.T) {
	names := map[string]bool{}
	for i, row := range exits {
		if row.Status != i || names[row.Name] || row.When == "" {
			t.Errorf("row %d: %+v", i, row)
		}
		names[row.Name] = true
	}
}

// Every error with a hint ends in a way of its own: a hint for the unforeseen would be a guess.
func TestHintsAreForKnownErrors(t *testing.T) {
	for _, h := range hints {
		if outcome(h.err).Status == exitFailure {
			t.Errorf("%v is in no row of the exit table", h.err)
		}
	}
}

// Every exit status is reached by a script.
func TestScriptsReachEveryExit(t *testing.T) {
	files, err := filepath.Glob("../testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{"0": true} // by every exec
	line := regexp.MustCompile(`(?m)^(?:\[\S+\] )?(?:exits|pty) (\d+) `)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range line.FindAllStringSubmatch(string(text), -1) {
			reached[m[1]] = true
		}
	}
	for _, row := range exits {
		if !reached[strconv.Itoa(row.Status)] {
			t.Errorf("no script ends with %d %s", row.Status, row.Name)
		}
	}
}
