package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

// several makes a store of a few pages that has seen a few commits.
func several(t *testing.T) *bolt.Store {
	s := create(t, nil)
	for i := range 40 {
		if err := update(s, func(tx kv.Tx) error {
			return tx.Put(fmt.Sprintf("user/%02d", i%20), bytes.Repeat([]byte{byte(i)}, 600))
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestTruncated(t *testing.T) {
	s := several(t)
	whole := read(t, s.Path())
	size := len(whole)
	for _, keep := range []int{0, 1, 4095, 4096, 8191, 8192, 12288, size / 2, lastPage(whole)} {
		write(t, s.Path(), whole[:keep])
		refused(t, s, kv.ErrDamaged)
		if got := read(t, s.Path()); !bytes.Equal(got, whole[:keep]) {
			t.Errorf("cut to %d: the file was changed", keep)
		}
		write(t, s.Path(), whole) // who opens it next is not locked out
		view(t, s, func(v kv.View) { wants(t, v, "user/00", bytes.Repeat([]byte{20}, 600)) })
	}
}

// lastPage returns where the last page that a commit has written begins: behind it is room to grow.
func lastPage(file []byte) int {
	at := len(file)
	for bytes.Count(file[at-4096:at], []byte{0}) == 4096 {
		at -= 4096
	}
	return at - 4096
}

func TestForeignFiles(t *testing.T) {
	s := several(t)
	for name, content := range map[string][]byte{
		"text":      []byte(strings.Repeat("no store at all\n", 1000)),
		"zeros":     make([]byte, 1<<16),
		"companion": read(t, s.Path()+".lock"),
	} {
		t.Run(name, func(t *testing.T) {
			write(t, s.Path(), content)
			refused(t, s, kv.ErrDamaged)
			if !bytes.Equal(read(t, s.Path()), content) {
				t.Error("the file was changed")
			}
		})
	}
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	refused(t, s, kv.ErrNoStore)
	if err := os.Mkdir(s.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(kv.View) error { return nil }); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("a directory: %v", err)
	}
}

// A page that cannot be read while a caller has the View is an error of the read, and his own panic stays his.
func TestCutWhileOpen(t *testing.T) {
	s := several(t)
	whole := read(t, s.Path())
	if err := s.View(t.Context(), func(v kv.View) error {
		if err := os.Truncate(s.Path(), 8192); err != nil {
			return err
		}
		if _, err := v.Get("user/00"); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("get: %v", err)
		}
		if _, _, err := v.Floor("user/zz"); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("floor: %v", err)
		}
		for e, err := range v.Scan("user/", "") {
			if e.Name != "" || !errors.Is(err, kv.ErrDamaged) {
				t.Errorf("scan: %q, %v", e.Name, err)
			}
		}
		return nil
	}); err != nil {
		t.Errorf("view: %v", err)
	}
	write(t, s.Path(), whole)
	view(t, s, func(v kv.View) { wants(t, v, "user/01", bytes.Repeat([]byte{21}, 600)) })
}

func TestUsedAfterTransaction(t *testing.T) {
	s := several(t)
	var kept kv.View
	view(t, s, func(v kv.View) { kept = v })
	if _, err := kept.Get("user/00"); err == nil || errors.Is(err, kv.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	for _, err := range kept.Scan("", "") {
		if err == nil {
			t.Error("scan goes on")
		}
	}
}

// refused checks that neither a View nor an Update runs.
func refused(t *testing.T, s kv.Store, want error) {
	t.Helper()
	if err := s.View(t.Context(), func(kv.View) error { t.Error("view ran"); return nil }); !errors.Is(err, want) {
		t.Errorf("view: %v, want %v", err, want)
	}
	if _, err := s.Update(t.Context(), func(tx kv.Tx) error { t.Error("update ran"); return nil }); !errors.Is(err, want) {
		t.Errorf("update: %v, want %v", err, want)
	}
}

func wants(t *testing.T, r kv.Reader, name string, want []byte) {
	t.Helper()
	if got, err := r.Get(name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("get %q: %d bytes, %v", name, len(got), err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// write gives a file this content, in place.
func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
