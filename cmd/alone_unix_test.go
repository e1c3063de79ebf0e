//go:build unix

package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestAlone has many read a number in a file and put the next one in its place: none is lost, since each sees what the one
// before it left.
func TestAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "number")
	if err := replaceFile(name, []byte("0")); err != nil {
		t.Fatal(err)
	}
	const many = 20
	done := make(chan error)
	for range many {
		go func() {
			release, err := alone(t.Context(), name)
			if err == nil {
				err = countUp(name)
				release()
			}
			done <- err
		}()
	}
	for range many {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != strconv.Itoa(many) {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := alone(t.Context(), name+"2"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func countUp(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return err
	}
	return replaceFile(name, []byte(strconv.Itoa(n+1)))
}
