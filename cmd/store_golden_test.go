package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv/sealed"
)

// goldenStore is where a store of the schema of this day lies, with its seal key and tokens. See the README there.
var goldenStore = fmt.Sprintf("../testdata/golden/store-%d", sealed.Schema)

// goldenTime is when the golden stores are looked at.
var goldenTime = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// TestStoreGolden: a store that some jotkit of before has made is read as it was then: each token's verdict, every list, and
// the audit; and goes on to be written.
func TestStoreGolden(t *testing.T) {
	dirs, err := filepath.Glob("../testdata/golden/store-*")
	if err != nil || len(dirs) < sealed.Schema {
		t.Fatalf("%q, %v: a store of each schema is wanted", dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			p, store := unpackGolden(t, dir)
			before := read(t, store)
			tokens := p.goldenTokens(dir)
			var lists strings.Builder
			for _, line := range []string{
				"settings", "users list", "users export --with-hashes", "roles list", "sessions list", "revocations list", "keys list",
				"keys export", "audit", "audit verify",
			} {
				out, _ := p.run(0, "", append(strings.Fields(line), "--json")...)
				fmt.Fprintf(&lists, "## jotkit %s --json\n%s\n", line, out)
			}
			golden(t, filepath.Base(dir)+"/lists.txt", lists.String())
			if !bytes.Equal(read(t, store), before) {
				t.Error("reading has changed the file")
			}
			p.run(15, tokens["refresh-used"], "refresh", "-", "--json")
			p.run(15, tokens["refresh"], "refresh", "-", "--json") // the session went with it
			next, _ := p.run(0, tokens["refresh-other"], "refresh", "-", "--json")
			var grant struct {
				Access string `json:"access_token"`
			}
			if err := json.Unmarshal([]byte(next), &grant); err != nil {
				t.Fatal(err)
			}
			p.run(0, "", "verify", grant.Access)
			p.run(0, "", "rotate")
			p.run(0, "", "verify", tokens["good"])
			p.run(0, "", "revoke", tokens["good"])
			p.run(15, "", "verify", tokens["good"])
			p.run(0, testPassword, "login", "bob", "--password-stdin")
			p.run(0, "", "audit", "verify")
		})
	}
}

// unpackGolden copies a golden store to where an inProcess looks for its own.
func unpackGolden(t *testing.T, dir string) (p *inProcess, store string) {
	t.Helper()
	p = newInProcess(t)
	p.now = goldenTime
	store = filepath.Join(p.dir, "data/jotkit/jotkit.db")
	for from, to := range map[string]string{"jotkit.db": store, "seal.key": filepath.Join(p.dir, "config/jotkit/seal.key")} {
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, read(t, filepath.Join(dir, from)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p, store
}

// goldenTokens wants of each token the verdict that tokens.txt has for it, and returns all of them by their names. Refresh
// tokens have none.
func (p *inProcess) goldenTokens(dir string) map[string]string {
	p.t.Helper()
	tokens := map[string]string{}
	for line := range strings.Lines(string(read(p.t, filepath.Join(dir, "tokens.txt")))) {
		f := strings.Fields(line)
		tokens[f[0]] = f[2]
		if f[1] == "-" {
			continue
		}
		want, err := strconv.Atoi(f[1])
		if err != nil {
			p.t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if got := p.env("", &out, &errs).run(p.t.Context(), []string{"verify", f[2]}); got != want {
			p.t.Errorf("%s: exit %d, want %d\n%s", f[0], got, want, errs.String())
		}
	}
	if len(tokens) < 10 {
		p.t.Errorf("only %d tokens", len(tokens))
	}
	return tokens
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
