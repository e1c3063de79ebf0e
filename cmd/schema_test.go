package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.etcd.io/bbolt"
)

// newerRefuses are command lines that read or write the store, by command. KEY and FILE stand for files that are there.
var newerRefuses = map[string]string{
	"audit": "audit", "audit verify": "audit verify", "audit export": "audit export", "audit prune": "audit prune --keep 5 --yes",
	"bundle export": "bundle export", "settings": "settings", "settings set": "settings set ttl=5m",
	"keys list": "keys list", "keys export": "keys export", "keys import": "keys import KEY", "keys revoke": "keys revoke 1 --yes",
	"login": "login ada --password-file FILE", "mint": "mint --sub ada", "verify": "verify TOKEN",
	"register": "register bob --password-file FILE", "refresh": "refresh --refresh-file FILE",
	"logout": "logout --refresh-file FILE", "revoke": "revoke --jti x", "revocations list": "revocations list",
	"revocations undo": "revocations undo 0123456789ab", "roles list": "roles list",
	"roles set": "roles set editor --scope write", "roles remove": "roles remove editor --yes", "rotate": "rotate",
	"serve": "serve --addr 127.0.0.1:0", "sessions list": "sessions list", "users list": "users list", "users show": "users show ada",
	"users role": "users role ada --add admin", "users passwd": "users passwd ada --password-file FILE",
	"users disable": "users disable ada", "users enable": "users enable ada", "users remove": "users remove ada --yes",
	"users import": "users import USERS", "users export": "users export",
	"store check": "store check", "store compact": "store compact --force", "store reseal": "store reseal --to NEWKEY",
	"store backup": "store backup COPY", "store copy": "store copy STORE COPY",
}

// newerElsewhere are the commands that need no store, or do not look into it.
var newerElsewhere = []string{
	"bundle inspect", "completion", "decode", "decrypt", "demo", "encrypt", "init", "keys convert", "lint", "probe", "version",
	"store info", "store restore",
}

// TestNewerSchema: a store that a newer jotkit made is refused, by whatever uses it, and is left as it is to the byte.
func TestNewerSchema(t *testing.T) {
	p := newInProcess(t)
	p.run(0, testPassword, "register", "ada", "--password-stdin")
	raw, _ := p.run(0, "", "mint", "--sub", "ada")
	jwk, _ := p.run(0, "", "keys", "export", "1", "--format", "jwk")
	users, _ := p.run(0, "", "users", "export", "--with-hashes")
	files := strings.NewReplacer("KEY", p.file("key", strings.ReplaceAll(jwk, `"kid"`, `"other"`)), "USERS", p.file("users", users),
		"FILE", p.file("pass", testPassword+"\n"), "TOKEN", strings.TrimSpace(raw), "NEWKEY", filepath.Join(p.dir, "newkey"),
		"COPY", filepath.Join(p.dir, "copy"), "STORE", filepath.Join(p.dir, "data/jotkit/jotkit.db"))
	store := filepath.Join(p.dir, "data/jotkit/jotkit.db")
	raiseSchema(t, store)
	before := snapshot(t, filepath.Dir(store))
	root, _ := newRoot(p.env("", nil, nil), nil)
	elsewhere := map[string]bool{}
	for _, name := range newerElsewhere {
		elsewhere[name] = true
	}
	eachCommand(root, func(c *cobra.Command) {
		name := strings.TrimPrefix(c.CommandPath(), "jotkit ")
		line, uses := newerRefuses[name]
		switch {
		case !c.Runnable() || c.HasSubCommands() && !uses || elsewhere[name] || name == "help":
			return
		case !uses:
			t.Errorf("what does %q do with a store of a newer schema? Say so in this test", name)
			return
		}
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if got := p.env("", &out, &errs).run(ctx, strings.Fields(files.Replace(line))); got != 3 || out.Len() > 0 {
				t.Errorf("ended with %d, and %d was wanted\n%s%s", got, 3, out.String(), errs.String())
			}
			if !strings.Contains(errs.String(), "newer") {
				t.Errorf("it does not say why: %s", errs.String())
			}
			if after := snapshot(t, filepath.Dir(store)); after != before {
				t.Error("the store was changed, or something was left beside it")
			}
		})
	})
}

// file makes a file beside the store.
func (p *inProcess) file(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// snapshot is the names of all files in a directory and what is in them, but for who holds the lock.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(e.Name() + "\n")
		if strings.HasSuffix(e.Name(), ".lock") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

// raiseSchema has the store say that a newer jotkit made it.
func raiseSchema(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("records"))
		var e map[string]any
		if err := json.Unmarshal(b.Get([]byte("keys")), &e); err != nil {
			return err
		}
		if e["schema"] != 1.0 {
			t.Fatalf("schema %v", e["schema"])
		}
		e["schema"] = 2
		value, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return b.Put([]byte("keys"), value)
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
