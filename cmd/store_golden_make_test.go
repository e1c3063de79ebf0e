package cmd

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
)

var makeGoldenStore = flag.Bool("make-golden-store", false, "make the golden store of this schema, where there is none")

// TestMakeGoldenStore makes the golden store of this schema when it is asked for; see the README beside it. One that is
// there is never made again: that it was made long ago is what it is for.
func TestMakeGoldenStore(t *testing.T) {
	if !*makeGoldenStore {
		t.Skip("only with -make-golden-store")
	}
	if _, err := os.Stat(goldenStore + "/jotkit.db"); err == nil {
		t.Fatalf("there is one in %s", goldenStore)
	}
	g := &goldenMaker{newInProcess(t), new(strings.Builder)}
	g.people()
	g.tokens()
	g.ends()
	g.serving()
	if err := os.MkdirAll(goldenStore, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"jotkit.db":  read(t, filepath.Join(g.dir, "data/jotkit/jotkit.db")),
		"seal.key":   read(t, filepath.Join(g.dir, "config/jotkit/seal.key")),
		"tokens.txt": []byte(g.list.String()),
	} {
		if err := os.WriteFile(filepath.Join(goldenStore, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A goldenMaker makes a store, and a list of tokens with the exit status that verify has to give: name, status, token.
type goldenMaker struct {
	*inProcess
	list *strings.Builder
}

func (g *goldenMaker) keep(name, exit, raw string) {
	fmt.Fprintf(g.list, "%s %s %s\n", name, exit, strings.TrimSpace(raw))
}

// do has a command line done, a minute after the last.
func (g *goldenMaker) do(line string) string {
	g.t.Helper()
	g.now = g.now.Add(time.Minute)
	stdin := ""
	if strings.HasSuffix(line, "--password-stdin") {
		stdin = testPassword
	}
	out, _ := g.run(0, stdin, strings.Fields(line)...)
	return out
}

// login opens a session, and returns its tokens.
func (g *goldenMaker) login(name string) (grant authority.Grant) {
	g.t.Helper()
	if err := json.Unmarshal([]byte(g.do("login "+name+" --ttl 20h --json --password-stdin")), &grant); err != nil {
		g.t.Fatal(err)
	}
	return grant
}

func (g *goldenMaker) people() {
	g.do("init --iss https://id.example --aud https://api.example --ttl 10m")
	for _, name := range []string{"ada", "bob", "carol", "dan", "eve"} {
		g.do("register " + name + " --password-stdin")
	}
	g.do("register gate --role service --password-stdin")
	g.do("roles set editor --scope write --scope read")
	g.do("users role ada --add admin --add editor")
	g.run(4, "not the right one at all", "login", "ada", "--password-stdin")
}

// tokens makes those that are refused for what they say, and those that are good, by two keys.
func (g *goldenMaker) tokens() {
	g.keep("good-of-a-retired-key", "0", g.do("mint --sub ada --ttl 20h"))
	g.keep("expired", "12", g.do("mint --sub ada --ttl 1m"))
	g.do("rotate")
	g.keep("of-a-revoked-key", "15", g.do("mint --sub ada --ttl 20h"))
	g.do("keys revoke 2 --reason leaked --yes")
	g.keep("good", "0", g.do("mint --sub ada --ttl 20h"))
	g.keep("not-yet-valid", "13", g.do("mint --sub ada --ttl 20h --nbf 2026-01-02T20:00:00Z"))
	g.keep("for-another-audience", "14", g.do("mint --sub ada --ttl 20h --aud https://other.example"))
}

// ends makes tokens, and ends them in every way there is.
func (g *goldenMaker) ends() {
	raw := g.do("mint --sub ada --ttl 20h")
	g.keep("revoked", "15", raw)
	g.do("revoke --reason lost " + raw)
	raw = g.do("mint --sub ada --ttl 20h")
	g.keep("revoked-and-undone", "0", raw)
	g.do("revoke --reason mistaken " + raw)
	list := g.do("revocations list --json")
	id := regexp.MustCompile(`"id": *"([0-9a-f]{12})"[^}]*mistaken`).FindStringSubmatch(strings.ReplaceAll(list, "\n", " "))
	if id == nil {
		g.t.Fatalf("no id in %s", list)
	}
	g.do("revocations undo " + id[1])

	g.keep("of-a-user-before-the-cut", "15", g.do("mint --sub carol --ttl 20h"))
	g.do("revoke --user carol --yes")
	g.keep("of-a-user-after-the-cut", "0", g.do("mint --sub carol --ttl 20h"))
	g.keep("of-a-user-removed", "15", g.do("mint --sub dan --ttl 20h"))
	g.do("users remove dan --yes")
	g.keep("of-a-user-disabled", "15", g.do("mint --sub eve --ttl 20h"))
	g.do("users disable eve")

	session := g.login("bob")
	g.keep("of-a-session-revoked", "15", session.AccessToken)
	g.do("revoke --yes --session " + regexp.MustCompile(`[A-Z2-7]{26}`).FindString(session.RefreshToken))
	session = g.login("bob")
	g.keep("of-a-session-logged-out", "15", session.AccessToken)
	g.run(0, session.RefreshToken, "logout", "-")
}

// serving logs in by the chain of a server, and leaves sessions open: one with a refresh token that was used up.
func (g *goldenMaker) serving() {
	a, err := g.env("", nil, nil).existing(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	a.Chain, a.Actor = "serve", "root@serve"
	if err := a.NoteServing(g.t.Context(), "https://id.example"); err != nil {
		g.t.Fatal(err)
	}
	for _, name := range []string{"ada", "bob"} {
		g.now = g.now.Add(time.Minute)
		first, err := a.Login(g.t.Context(), authority.LoginRequest{Name: name, Password: testPassword, TTL: 20 * time.Hour, Session: true})
		if err != nil {
			g.t.Fatal(err)
		}
		g.keep("of-a-session-"+name, "0", first.AccessToken)
		if name == "bob" {
			g.keep("refresh-other", "-", first.RefreshToken)
			break
		}
		g.now = g.now.Add(time.Minute)
		next, err := a.Refresh(g.t.Context(), first.RefreshToken)
		if err != nil {
			g.t.Fatal(err)
		}
		g.keep("refresh-used", "-", first.RefreshToken)
		g.keep("refresh", "-", next.RefreshToken)
	}
}
