package cmd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// worldly are the ways to the world that only env has, and where else they may stand for a reason.
var worldly = map[string][]string{
	"os.Exit":   {"main.go"},
	"os.Stdin":  {"cmd/env.go", "cmd/terminal.go"},
	"os.Stdout": {"cmd/env.go", "cmd/terminal.go"},
	"os.Stderr": {"cmd/env.go", "cmd/terminal.go"},
	"os.Args":   {"cmd/main.go"},
	"os.Getenv": {"cmd/env.go",
		"userdb/kv/kvtest/checks.go", "userdb/kv/kvtest/figures.go", "token/versus/versus.go"}, // which are for tests alone
	"os.LookupEnv":     {},
	"os.Environ":       {},
	"os.UserHomeDir":   {},
	"os.UserConfigDir": {},
	"time.Now": {"cmd/env.go", "token/verifier.go", "keyring/remote/client.go", "userdb/kv/etcd/etcd.go", // the default of a nil clock
		"userdb/kv/bolt/copy.go",  // for how long it held the lock
		"token/versus/versus.go"}, // which is for benchmarks alone
	"log.Fatal":   {},
	"fmt.Print":   {},
	"fmt.Printf":  {},
	"fmt.Println": {},
}

func TestWorld(t *testing.T) {
	eachFile(t, func(name string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "userdb/kv/etcd/etcdtest/") { // which is for tests alone
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: func init", name)
			}
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := s.X.(*ast.Ident); ok && pkg.Obj == nil {
				places, guarded := worldly[pkg.Name+"."+s.Sel.Name]
				if guarded && !slices.Contains(places, name) {
					t.Errorf("%s: %s.%s", name, pkg.Name, s.Sel.Name)
				}
			}
			return true
		})
	})
}
