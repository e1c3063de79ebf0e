package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// A copy that is not what it should be is as if it were not there, and is replaced.
func TestDamagedCopy(t *testing.T) {
	for name, damage := range map[string]func(file string, d document) error{
		"empty": func(f string, _ document) error { return os.WriteFile(f, nil, 0o600) },
		"half":  func(f string, _ document) error { return os.Truncate(f, 100) },
		"too long": func(f string, d document) error {
			data, err := json.Marshal(d)
			if err != nil {
				return err
			}
			return os.WriteFile(f, append(bytes.Repeat([]byte(" "), maxCopy), data...), 0o600)
		},
		"noise": func(f string, _ document) error { return os.WriteFile(f, []byte("\x00\xff"), 0o600) },
		"other url": func(f string, d document) error {
			d.URL += "2"
			return write(f, d)
		},
		"no set": func(f string, d document) error {
			d.Body = []byte("<html>")
			return write(f, d)
		},
		"too long a life": func(f string, d document) error {
			d.Until = d.Until.AddDate(1, 0, 0)
			return write(f, d)
		},
		"from the future": func(f string, d document) error {
			d.Fetched, d.Until = d.Fetched.Add(time.Hour), d.Until.Add(time.Hour)
			return write(f, d)
		},
		"a directory": func(f string, _ document) error {
			os.Remove(f)
			return os.Mkdir(f, 0o700)
		},
		"a link": func(f string, d document) error {
			elsewhere := f + ".real"
			if err := write(elsewhere, d); err != nil {
				return err
			}
			os.Remove(f)
			return os.Symlink(elsewhere, f)
		},
		"open to others": func(f string, _ document) error { return os.Chmod(f, 0o622) },
		"in a place open to others": func(f string, _ document) error {
			return os.Chmod(filepath.Dir(f), 0o777)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(name, "open to others") {
				t.Skip("no such bits")
			}
			o := newOrigin(t)
			client, _ := o.client(t)
			o.show("/jwks", setOf(t, "a"), "max-age=3600")
			o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 1)
			file, d := onlyCopy(t, client)
			if err := damage(file, d); err != nil {
				t.Fatal(err)
			}
			o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 2)
		})
	}
}

func write(file string, d document) error {
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// onlyCopy is the one file that is kept.
func onlyCopy(t *testing.T, c Client) (string, document) {
	t.Helper()
	files, err := os.ReadDir(c.CacheDir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	file := filepath.Join(c.CacheDir, files[0].Name())
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return file, d
}

// Copies are their owner's alone, and the directory is made for them.
func TestCopyIsPrivate(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	client.CacheDir = filepath.Join(client.CacheDir, "home", "jotkit")
	o.show("/jwks", setOf(t, "a"), "")
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 1)
	file, d := onlyCopy(t, client)
	if d.URL != o.URL+"/jwks" {
		t.Errorf("of %q", d.URL)
	}
	for name, want := range map[string]os.FileMode{file: 0o600, client.CacheDir: 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Nothing is written, or taken away, behind a link: who put it there chose where it leads.
func TestCopiesBehindALink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such bits")
	}
	o := newOrigin(t)
	client, _ := o.client(t)
	there := client.CacheDir
	client.CacheDir = filepath.Join(t.TempDir(), "keys")
	if err := os.Symlink(there, client.CacheDir); err != nil {
		t.Fatal(err)
	}
	o.show("/jwks", setOf(t, "a"), "max-age=300")
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 1)
	client.CacheDir = there
	wantNoCopy(t, client)
}

// Where nothing can be kept, keys are good all the same.
func TestNoPlaceForCopies(t *testing.T) {
	o := newOrigin(t)
	o.show("/jwks", setOf(t, "a"), "")
	client, _ := o.client(t)
	file := filepath.Join(client.CacheDir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, dir := range []string{"", file, filepath.Join(file, "below")} {
		client.CacheDir = dir
		o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, i+1)
	}
}

// Processes that write the same copy at once leave a whole one, and nothing beside it.
func TestCopiesAtOnce(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "no-cache")
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if _, err := o.source(t, client, "/jwks").Key(context.Background(), fmt.Sprint("strange", i)); err == nil {
				t.Error("found")
			}
		})
	}
	group.Wait()
	onlyCopy(t, client)
	client.Offline = true
	o.wantKey(t, o.source(t, client, "/jwks"), "b", nil, 20)
}

// However often an issuer moves its keys, only so many copies are kept, the last ones. Files of others stay.
func TestCopiesAreFew(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	stays := filepath.Join(client.CacheDir, "notes.json")
	if err := os.WriteFile(stays, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	set, moved := setOf(t, "a"), 0
	o.handle("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		moved++
		w.Header().Set("Cache-Control", "max-age=0")
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":"%s/jwks?%d"}`, o.URL, o.URL, moved)
	})
	o.show("/jwks", set, "")
	source := func(client Client) *Source {
		t.Helper()
		s, err := client.Issuer(o.URL)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for range maxCopies + 20 {
		if _, err := source(client).Key(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(client.CacheDir)
	if err != nil || len(entries) != maxCopies+1 {
		t.Errorf("%d files, %v", len(entries), err)
	}
	if _, err := os.Stat(stays); err != nil {
		t.Error(err)
	}
	client.Offline = true
	if _, err := source(client).Key(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}
