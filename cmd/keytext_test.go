package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jotkit/userdb/kv/sealed"
)

// Who gives a key where the file with it belongs is told so, and nothing shows the key: not the error, not as JSON, and no
// file is named after it.
func TestKeyForItsFile(t *testing.T) {
	p := newInProcess(t)
	p.run(0, "", "init")
	p.run(0, "", "store", "backup", "-q", filepath.Join(p.dir, "b.db"))
	const secret = "THEKEYITSELF"
	seal := strings.TrimSpace(string(sealed.NewKey().Encode()))
	t.Chdir(p.dir)
	for _, args := range [][]string{
		{"store", "backup", "c.db", "--to", "AGE-SECRET-KEY-1" + secret},
		{"store", "restore", "b.db", "--yes", "--identity", "AGE-SECRET-KEY-1" + secret},
		{"store", "restore", "b.db", "--yes", "--identity", "age-secret-key-1" + secret},
		{"store", "restore", "b.db", "--yes", "--identity", "-----BEGIN OPENSSH PRIVATE KEY-----\n" + secret},
		{"users", "list", "--seal-key-file", seal},
		{"store", "reseal", "--to", seal},
		{"mint", "--sub", "ada", "--key", "-----BEGIN PRIVATE KEY-----\n" + secret},
		{"mint", "--sub", "ada", "--key", `{"kty":"oct","k":"` + secret + `"}`},
	} {
		for _, args := range [][]string{args, append(args, "--json")} {
			stdout, stderr := p.run(2, "", args...)
			if said := stdout + stderr; strings.Contains(said, secret) || strings.Contains(said, seal) || !strings.Contains(said, "in the place of a file") {
				t.Errorf("%s: %s", args[:2], said)
			}
		}
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%v: %v", err, entries)
	}
}
