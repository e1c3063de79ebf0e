package cmd

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// A sealing is a home with a store and its seal key, on which a change of the seal key can be cut off.
type sealing struct {
	*inProcess
	e *env
	p place
}

func newSealing(t *testing.T) sealing {
	t.Helper()
	s := sealing{inProcess: newInProcess(t)}
	s.run(0, "", "init")
	s.e = s.env("", io.Discard, io.Discard)
	var err error
	if s.p, err = s.e.existingPlace(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// files are the names beside the seal key, with ID for the id of whatever key.
func (s sealing) files() (names []string) {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Dir(s.p.keyPath))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") { // on Windows the turn is a file
			names = append(names, anonymous(entry.Name()))
		}
	}
	return names
}

func (s sealing) wantFiles(want ...string) {
	s.t.Helper()
	if got := s.files(); !slices.Equal(got, want) {
		s.t.Errorf("the files are %q, not %q", got, want)
	}
}

var errCut = errors.New("cut off")

// change runs a change of the seal key up to a commit that goes as told. A panic is what is left when the process dies
// there, but for the lock, which the system would take back.
func (s sealing) change(commit func(reseal func() error) error) (err error) {
	s.t.Helper()
	defer func() {
		if r := recover(); r != nil && r != errCut {
			panic(r)
		}
	}()
	ctx := s.t.Context()
	_, err = s.e.changeSealKey(ctx, s.p, sealKeyChange{}, func(old, with sealed.Key) error {
		return commit(func() error { return sealed.Reseal(ctx, s.p.store, old, with, nil) })
	})
	return err
}

// At whatever point a change of the seal key ends: the store opens, and the next change leaves all in its place.
func TestSealKeyChangeCutOff(t *testing.T) {
	const key, kept, next = "seal.key", "seal.key.old-SEALKEY", "seal.key.new-SEALKEY"
	for _, test := range []struct {
		name   string
		commit func(reseal func() error) error
		left   []string // at once
		then   []string // after the next change
	}{
		{"done", func(reseal func() error) error { return reseal() },
			[]string{key, kept}, []string{key, kept, kept}},
		{"refused", func(func() error) error { return errCut },
			[]string{key}, []string{key, kept}},
		{"killed before the commit", func(func() error) error { panic(errCut) },
			[]string{key, next, kept}, []string{key, next, kept}},
		{"killed after the commit", func(reseal func() error) error { panic(firstOf(reseal(), errCut)) },
			[]string{key, next, kept}, []string{key, kept}},
		{"committed, and told otherwise", func(reseal func() error) error { return errors.Join(reseal(), errCut) },
			[]string{key, next, kept}, []string{key, kept}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSealing(t)
			err := s.change(test.commit)
			if test.name != "done" && err != nil && !errors.Is(err, errCut) {
				t.Fatal(err)
			}
			s.wantFiles(test.left...)
			s.run(0, "", "keys", "list")
			s.run(0, "", "store", "reseal")
			s.wantFiles(test.then...)
			_, errs := s.run(0, "", "keys", "list")
			if errs != "" {
				t.Errorf("it says %q", errs)
			}
			s.run(0, "", "audit", "verify")
		})
	}
}

// Where a change was cut off the seal key is not moved elsewhere, and nothing is made there: the one that the store asks for
// has to take its place first, and the hint says how.
func TestSealKeyMovedAfterCutOff(t *testing.T) {
	s := newSealing(t)
	if err := s.change(func(reseal func() error) error { panic(firstOf(reseal(), errCut)) }); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(s.dir, "elsewhere.key")
	for _, args := range [][]string{{"store", "reseal"}, {"store", "compact", "--new-key", "--yes"}} {
		_, errs := s.run(3, "", append(args, "--to", elsewhere)...)
		if !strings.Contains(errs, "jotkit store reseal ends it") || exists(elsewhere) {
			t.Errorf("%s: %s", args, errs)
		}
	}
	s.run(0, "", "store", "reseal")
	s.run(0, "", "store", "reseal", "--to", elsewhere)
	s.run(0, "", "keys", "list", "--seal-key-file", elsewhere)
}

// firstOf is err, or otherwise where there is none.
func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// What lies in the place of the seal key when a change ends is another store's, or of one who did it by hand: it is kept.
func TestSealKeyChangeEndsOverAnother(t *testing.T) {
	s := newSealing(t)
	if err := s.change(func(reseal func() error) error { panic(firstOf(reseal(), errCut)) }); err != nil {
		t.Fatal(err)
	}
	another := sealed.NewKey()
	if err := replaceFile(s.p.keyPath, another.Encode()); err != nil {
		t.Fatal(err)
	}
	s.run(0, "", "store", "reseal")
	kept, err := os.ReadFile(keptNameAt(s.p.keyPath, another.ID(), 1))
	if err != nil || !bytes.Equal(kept, another.Encode()) {
		t.Errorf("it is gone: %v", err)
	}
	s.run(0, "", "keys", "list")
}

// A link under the name of the copy is none: it would lead to the new key.
func TestSealKeyKeptIsNoLink(t *testing.T) {
	s := newSealing(t)
	data, err := os.ReadFile(s.p.keyPath)
	if err != nil {
		t.Fatal(err)
	}
	key, err := sealed.ParseKey(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(s.p.keyPath, keptNameAt(s.p.keyPath, key.ID(), 1)); err != nil {
		t.Skip(err) // as Windows has it for most people
	}
	s.run(0, "", "store", "reseal")
	kept, err := os.ReadFile(keptNameAt(s.p.keyPath, key.ID(), 2))
	if err != nil || !bytes.Equal(kept, data) {
		t.Errorf("the old key is gone: %v", err)
	}
}

// Where a file has the name under which the old key is to be kept, both stay.
func TestKeepTwice(t *testing.T) {
	name := filepath.Join(t.TempDir(), "seal.key")
	key := sealed.NewKey()
	for i, data := range []string{"a", "b", "a", "b", "c"} {
		kept, made, err := keep(sealFile{name: name, data: []byte(data)}, key.ID())
		if err != nil || made != (i < 2 || i == 4) {
			t.Errorf("%s: %v, %v", data, made, err)
		}
		if got, _ := os.ReadFile(kept); string(got) != data {
			t.Errorf("%s: %q holds %q", data, kept, got)
		}
	}
	if found := keptNames(name, key.ID()); len(found) != 3 {
		t.Errorf("found %q", found)
	}
}

// One process at a time changes a seal key; the other is told at once.
func TestSealKeyTurn(t *testing.T) {
	s := newSealing(t)
	release, err := turnIn(filepath.Dir(s.p.keyPath))
	if err != nil {
		t.Fatal(err)
	}
	s.run(6, "", "store", "reseal")
	s.wantFiles("seal.key")
	release()
	s.run(0, "", "store", "reseal")
}

// A newer key is found by who had the older one: see keyedStore.
func TestKeyedStore(t *testing.T) {
	s := newSealing(t)
	a, err := s.e.existing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"reseal"}, {"reseal"}, {"reseal", "--to", filepath.Join(s.dir, "elsewhere.key")}} {
		s.run(0, "", append([]string{"store"}, args...)...)
		_, read := a.Settings(t.Context())
		_, written := a.ChangeSettings(t.Context(), nil)
		moved := len(args) > 1
		if moved != errors.Is(read, kv.ErrSealKey) || moved != errors.Is(written, kv.ErrSealKey) {
			t.Errorf("after %q: %v, %v", args, read, written)
		}
	}
	if err := os.Rename(filepath.Join(s.dir, "elsewhere.key"), s.p.keyPath); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Settings(t.Context()); err != nil {
		t.Errorf("brought back: %v", err)
	}
}

// What a store says of its seal key leads to no file but one beside that.
func TestKeyIDs(t *testing.T) {
	for id, want := range map[string]bool{
		"0123456789abcdef": true, "": false, "0123456789ABCDEF": false, "0123456789abcde": false, "0123456789abcdef0": false,
		"../../../../etc/": false, "0123456789abcde/": false, "0123456789abcde\x00": false,
	} {
		if isKeyID(id) != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
}
