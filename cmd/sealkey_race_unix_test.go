//go:build unix

package cmd

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// meanwhile does one thing over and over until the test is done with another.
func meanwhile(t *testing.T, over func() error, do func()) (times int) {
	t.Helper()
	started := make(chan struct{})
	begun := sync.OnceFunc(func() { close(started) })
	stop := repeated(func() bool {
		defer begun()
		if err := over(); err != nil {
			t.Error(err)
			return false
		}
		times++
		return true
	})
	<-started
	do()
	stop()
	return times
}

func tries() int {
	if long() {
		return 500_000
	}
	return 20_000
}

// Somebody puts another file in the place of the seal key all the time: two good keys, one that others can read, and a
// link to each. What is read is one of the good ones, whole, or a refusal; never the one that was exposed.
func TestSealKeySwappedWhileRead(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "seal.key")
	good := map[string]bool{}
	var swaps []func() error
	for i, mode := range []os.FileMode{0o600, 0o644, 0o600} {
		key := sealed.NewKey()
		good[key.ID()] = mode == 0o600
		target := filepath.Join(dir, string(rune('a'+i)))
		put := func(at string) error {
			temporary := at + ".tmp"
			if err := errors.Join(os.WriteFile(temporary, key.Encode(), mode), os.Chmod(temporary, mode)); err != nil {
				return err
			}
			return os.Rename(temporary, at)
		}
		if err := put(target); err != nil {
			t.Fatal(err)
		}
		swaps = append(swaps, func() error { return put(name) }, func() error {
			return errors.Join(os.Symlink(target, name+".link"), os.Rename(name+".link", name))
		})
	}
	e := newInProcess(t).env("", io.Discard, io.Discard)
	i, read, refused, torn, exposed := 0, 0, 0, 0, 0
	swapped := meanwhile(t, func() error { i++; return swaps[i%len(swaps)]() }, func() {
		for n := 0; n < tries() || (read == 0 || refused == 0) && n < 100*tries(); n++ {
			key, err := e.readSealKey(t.Context(), name, "")
			switch isGood, known := good[key.ID()]; {
			case errors.Is(err, errExposed):
				refused++
			case err != nil || !known:
				torn++
				t.Errorf("%q, %v", key.ID(), err)
			case !isGood:
				exposed++
			default:
				read++
			}
		}
	})
	kvtest.Figure(t, "A seal key file that is replaced while it is read gives a whole key or a refusal",
		kvtest.Tried(swapped, "files swapped"), kvtest.Tried(read, "keys read"), kvtest.Tried(refused, "files refused"),
		kvtest.Never(torn, "torn keys"), kvtest.Never(exposed, "keys taken that others could read"))
}

// Somebody plants a link all the time where a key is to be written. The key is written beside it, or instead of it, or not
// at all, and never through it.
func TestSealKeyWrittenOverLinks(t *testing.T) {
	dir := t.TempDir()
	name, victim := filepath.Join(dir, "seal.key"), filepath.Join(dir, "victim")
	before := []byte("precious\n")
	if err := os.WriteFile(victim, before, 0o600); err != nil {
		t.Fatal(err)
	}
	plant := func() error {
		temporary := name + ".planted"
		return errors.Join(os.Symlink(victim, temporary), os.Rename(temporary, name))
	}
	written, through := 0, 0
	planted := meanwhile(t, plant, func() {
		for i := range tries() / 100 {
			data := sealed.NewKey().Encode()
			var err error
			switch i % 3 {
			case 0:
				err = replaceFile(name, data)
			case 1:
				err = createFile(name, data)
			case 2:
				_ = os.Remove(name)
				err = copyNew(name, bytesOf(data))
			}
			if err == nil {
				written++
			} else if !errors.Is(err, fs.ErrExist) {
				t.Error(err)
			}
			if now, err := os.ReadFile(victim); err != nil || !bytes.Equal(now, before) {
				through++
				t.Errorf("the victim holds %d bytes, %v", len(now), err)
				return
			}
		}
	})
	kvtest.Figure(t, "A key is never written through a link that somebody planted in its place",
		kvtest.Tried(planted, "links planted"), kvtest.Tried(written, "files written"), kvtest.Never(through, "files overwritten"))
}

// The owner counts, of what a link leads to as well.
func TestSealKeyOfSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		lacking(t, "root")
	}
	p := newInProcess(t)
	p.run(0, "", "init")
	key := filepath.Join(p.dir, "config", "jotkit", "seal.key")
	link := filepath.Join(p.dir, "link")
	if err := errors.Join(os.Symlink(key, link), os.Chown(key, 1234, 0)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{key, link} {
		_, errs := p.run(7, "", "keys", "list", "--seal-key-file", name)
		for _, told := range []string{"belongs to the user with the number 1234", "hint: if you trust what is in it, make it yours: sudo chown 0 " + name} {
			if !strings.Contains(errs, told) {
				t.Errorf("%q does not tell %q", errs, told)
			}
		}
	}
	if err := os.Lchown(link, 1234, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(key, 0, 0); err != nil {
		t.Fatal(err)
	}
	p.run(0, "", "keys", "list", "--seal-key-file", link) // whose the link is says nothing
}
