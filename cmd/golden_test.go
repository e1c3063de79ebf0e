package cmd

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file in testdata/golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := "../testdata/golden/" + name
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// The help of every command, and what holds for all of it: examples first, 78 columns, the root in 60.
func TestHelpGolden(t *testing.T) {
	p := newInProcess(t)
	root, _ := newRoot(p.env("", nil, nil), nil)
	if withEtcd() {
		t.Skip("TestEtcdStoreHelp is about what a jotkit with etcd has more")
	}
	var all strings.Builder
	eachCommand(root, func(c *cobra.Command) {
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		text, _ := p.run(0, "", args...)
		fmt.Fprintf(&all, "## %s --help\n%s\n", c.CommandPath(), text)
		width := helpWidth
		if !c.HasParent() {
			width = 60
			text, _, _ = strings.Cut(text, "Flags of every")
		}
		wantWidth(t, width, text)
		if c.Runnable() && !c.HasSubCommands() && c.Example == "" {
			t.Errorf("%s has no example", c.CommandPath())
		}
	})
	for _, topic := range topicNames() {
		text, _ := p.run(0, "", "help", topic)
		fmt.Fprintf(&all, "## jotkit help %s\n%s\n", topic, text)
		wantWidth(t, helpWidth, text)
	}
	golden(t, "help.txt", all.String())
}

func wantWidth(t *testing.T, width int, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if len(line) > width+1 {
			t.Errorf("wider than %d: %s", width, line)
		}
	}
}

// The kinds of bad tokens, whose names and verdicts stay.
func TestFlawsGolden(t *testing.T) {
	text, _ := newInProcess(t).run(0, "", "mint", "--flaw", "list")
	golden(t, "flaws.txt", text)
}

func eachCommand(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, child := range c.Commands() {
		eachCommand(child, do)
	}
}

// The JSON of every command. What is random has a word in its place.
func TestJSONGolden(t *testing.T) {
	p := newInProcess(t)
	const password = "correct horse battery staple"
	var all strings.Builder
	seen := map[string]bool{}
	show := func(status int, stdin string, args ...string) string {
		out, errs := p.run(status, stdin, append(args, "--json")...)
		if status == 0 {
			errs = "" // notes
		}
		text := fmt.Sprintf("## jotkit %s --json\n%s%s\n", anonymous(strings.Join(args, " ")), anonymous(out), anonymous(errs))
		all.WriteString(strings.ReplaceAll(text, p.dir, "DIR"))
		seen[args[0]] = true
		if len(args) > 1 {
			seen[args[0]+" "+args[1]] = true
		}
		return out
	}
	show(0, "", "init")
	show(0, "", "audit", "export")
	show(0, "", "settings")
	show(0, "", "settings", "set", "ttl=10m")
	show(0, password, "register", "ada", "--password-stdin")
	grant := show(0, password, "login", "ada", "--password-stdin")
	refresh := regexp.MustCompile(`jkr_[^"]*`)
	grant = show(0, refresh.FindString(grant), "refresh", "-")
	show(0, "", "sessions", "list")
	id := regexp.MustCompile(`[A-Z2-7]{26}`).FindString(refresh.FindString(grant))
	show(0, "", "revoke", "--session", id, "--dry-run")
	show(10, "eyJh.e30.x", "refresh", "-")
	show(0, refresh.FindString(grant), "logout", "-")
	show(15, refresh.FindString(grant), "refresh", "-")
	show(0, "", "mint", "--sub", "ada")
	show(0, "", "mint", "--sub", "ada", "--count", "2")
	show(0, "", "mint", "--sub", "ada", "--flaw", "no-exp")
	show(7, "", "probe", "https://api.example/me")
	raw, _ := p.run(0, "", "mint", "--sub", "ada", "--jti", "J1")
	raw = strings.TrimSpace(raw)
	show(0, "", "decode", raw)
	show(0, "", "verify", raw)
	show(0, raw+"\n", "decode", "--scan")
	show(0, "", "decode", "--check-exp", raw)
	show(17, "", "decode", "--check-exp", "--min-ttl", "1d", raw)
	show(0, "", "lint", raw)
	personal, _ := p.run(0, "", "mint", "--sub", "ada@example.com")
	show(7, "", "lint", strings.TrimSpace(personal))
	show(14, "", "verify", "--aud", "web", raw)
	show(10, "", "verify", "a.b")
	secret := `{"kty":"oct","alg":"A128KW","kid":"k1","k":"GawgguFyGrWKav7AX4VKUg"}`
	encrypted := show(0, secret, "encrypt", raw, "--to", "-")
	show(0, secret, "decrypt", regexp.MustCompile(`eyJ[^"]*`).FindString(encrypted), "--key", "-")
	show(0, "", "revoke", raw, "--reason", "lost")
	show(15, "", "verify", raw)
	list := show(0, "", "revocations", "list")
	show(0, "", "revocations", "undo", regexp.MustCompile(`[0-9a-f]{12}`).FindString(list))
	show(0, "", "rotate")
	show(0, "", "keys", "list")
	show(0, "", "keys", "export")
	jwk, _ := p.run(0, "", "keys", "export", "1", "--format", "jwk")
	show(0, jwk, "keys", "convert", "-")
	show(6, jwk, "keys", "import", "-")
	show(0, "", "keys", "revoke", "1", "--yes")
	show(0, "", "bundle", "export")
	carried, _ := p.run(0, "", "bundle", "export")
	show(0, carried, "bundle", "inspect", "-")
	show(0, "", "users", "list")
	show(0, "", "users", "show", "ada")
	show(0, "", "users", "role", "ada", "--add", "admin")
	show(0, password+"!", "users", "passwd", "ada", "--password-stdin")
	show(0, "", "users", "disable", "ada")
	show(0, "", "users", "enable", "ada")
	show(0, "", "users", "export", "--with-hashes")
	show(0, "", "users", "import", "-")
	show(0, "", "users", "remove", "ada", "--yes")
	show(5, "", "users", "show", "ada")
	show(0, "", "roles", "set", "editor", "--scope", "write")
	show(0, "", "roles", "list")
	show(0, "", "roles", "remove", "editor", "--yes")
	show(0, "", "audit", "--event", "revoke")
	show(0, "", "audit", "verify")
	show(0, "", "audit", "prune", "--keep", "2", "--yes")
	show(0, "", "store", "info")
	show(0, "", "store", "check")
	show(0, "", "store", "backup", p.dir+"/b")
	show(0, "", "store", "restore", p.dir+"/b", "--dry-run")
	show(0, "", "store", "restore", p.dir+"/b", "--yes")
	show(3, "", "store", "restore", p.dir+"/b", "--yes")
	show(0, "", "store", "copy", p.dir+"/data/jotkit/jotkit.db", p.dir+"/copy.db", "--dry-run")
	show(0, "", "store", "copy", p.dir+"/data/jotkit/jotkit.db", p.dir+"/copy.db")
	show(0, "", "store", "compact", "--force")
	show(0, "", "store", "reseal")
	show(0, "", "help", "exit-codes")
	show(2, "", "verify", "--nosuch")
	golden(t, "json.txt", all.String())
	root, _ := newRoot(p.env("", nil, nil), nil)
	eachCommand(root, func(c *cobra.Command) {
		name := strings.TrimPrefix(c.CommandPath(), "jotkit ")
		if c.HasSubCommands() || seen[name] || name == "demo" || name == "version" || name == "completion" || name == "serve" {
			return // those have scripts, or nothing that could be JSON
		}
		t.Errorf("the JSON of %q is not in the golden file", name)
	})
}

// anonymous puts words in the place of what is random.
func anonymous(s string) string {
	for _, r := range []struct{ pattern, word string }{
		{`\b[0-9a-f]{64}\b`, "MAC"},
		{`eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}`, "ENCRYPTED"},
		{`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+`, "TOKEN"},
		{`"bundle": "TOKEN.*"`, `"bundle": "BUNDLE"`},
		{`jkr_[A-Z2-7]{26}\.\d+\.[A-Za-z0-9_-]{43}`, "REFRESH"},
		{`\$argon2id[^"]*`, "HASH"},
		{`"signature": "[A-Za-z0-9_-]{86}"`, `"signature": "SIGNATURE"`},
		{`\b[0-9a-f]{64}\b`, "SHA256"},
		{`[A-Za-z0-9_-]{43}`, "KID"}, // or a coordinate
		{`[A-Z2-7]{26}`, "JTI"},
		{`\b[0-9a-f]{32}\b`, "STORE"},
		{`replaced-\d+`, "replaced-N"},
		{`"(revision|commits|size|page_size|pages|free_pages)": \d+`, `"$1": N`},
		{`"path": "/[^"]*/`, `"path": "DIR/`},
		{`"detail": "\d+[^"]*"`, `"detail": "N"`},
		{`(commit) \d+`, "$1 N"},
		{`"detail": "/[^"]*"`, `"detail": "DIR"`},
		{`( in) /[^"]*`, "$1 DIR"},
		{`\b[0-9a-f]{16}\b`, "SEALKEY"},
		{`\b[0-9a-f]{12}\b`, "ID"},
	} {
		s = regexp.MustCompile(r.pattern).ReplaceAllString(s, r.word)
	}
	return s
}
