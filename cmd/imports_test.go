package cmd

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the table of who may import what of ours. A path ending in / stands for all below it.
var mayImport = map[string][]string{
	"token":           {},
	"token/bearer":    {"token"},
	"token/jwe":       {"token"},
	"token/scan":      {"token"},
	"token/lint":      {"token", "token/scan"},
	"token/flaw":      {"token"},
	"token/versus":    {},
	"token/versus/":   {"token/versus"},
	"keyring":         {"token"},
	"keyring/remote":  {"keyring", "token"},
	"userdb/kv":       {},
	"userdb/kv/":      {"userdb/kv"},
	"userdb/kv/etcd/": {}, // for tests
	"userdb/audit":    {"userdb/kv"},
	"userdb":          {"userdb/kv"},
	"cmd/authority":   {"token", "token/flaw", "keyring", "userdb", "userdb/audit", "userdb/kv"},
	"cmd/server":      {"cmd/authority", "token", "token/bearer"},
	"cmd":             {"cmd/", "token", "token/", "keyring", "keyring/", "userdb", "userdb/", "userdb/kv/"},
	".":               {"cmd"},
}

func TestImports(t *testing.T) {
	eachFile(t, func(name string, text []byte) {
		dir := path.Dir(name)
		allowed, known := mayImport[dir]
		if !known {
			allowed, known = mayImport[path.Dir(dir)+"/"]
		}
		if !known {
			t.Errorf("%s: the package %q is not in the table", name, dir)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			imported, _ := strconv.Unquote(i.Path.Value)
			ours, ok := strings.CutPrefix(imported, "jotkit/")
			if ok && !slices.Contains(allowed, ours) && !slices.Contains(allowed, path.Dir(ours)+"/") {
				t.Errorf("%s imports %q, which is not for %q", name, ours, dir)
			}
		}
	})
}

// eachFile hands over every Go file of the module that is no test, by its path from the top.
func eachFile(t *testing.T, do func(name string, text []byte)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return err
		}
		text, err := os.ReadFile(p)
		rel, _ := filepath.Rel("..", p)
		do(filepath.ToSlash(rel), text)
		files++
		return err
	})
	if err != nil || files < 50 {
		t.Fatalf("%d files, %v", files, err)
	}
}
