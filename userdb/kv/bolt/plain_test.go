//go:build unix

package bolt_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

func writeTo(t *testing.T, path string) error {
	_, err := bolt.New(path, bolt.Options{}).Update(t.Context(), func(tx kv.Tx) error { return tx.Put("a", nil) })
	return err
}

// TestPlantedLink: a link in the place of the companion is not followed, so what it points to stays as it is.
func TestPlantedLink(t *testing.T) {
	dir := t.TempDir()
	path, victim := filepath.Join(dir, "s.db"), filepath.Join(dir, "victim")
	if err := bolt.Create(t.Context(), path, bolt.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(victim, []byte("mine"), 0o600), os.Remove(path+".lock"), os.Symlink(victim, path+".lock")); err != nil {
		t.Fatal(err)
	}
	if err := writeTo(t, path); err == nil {
		t.Error("the link was followed")
	}
	if got, _ := os.ReadFile(victim); string(got) != "mine" {
		t.Errorf("the victim holds %q", got)
	}
}

// TestFifo: a fifo in the place of the store or its companion is an error at once, and nothing to wait for.
func TestFifo(t *testing.T) {
	dir := t.TempDir()
	store, beside := filepath.Join(dir, "fifo.db"), filepath.Join(dir, "s.db")
	if err := bolt.Create(t.Context(), beside, bolt.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(syscall.Mkfifo(store, 0o600), os.Remove(beside+".lock"), syscall.Mkfifo(beside+".lock", 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{store, beside} {
		if err := writeTo(t, path); !errors.Is(err, kv.ErrUnavailable) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
