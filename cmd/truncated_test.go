package cmd

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// reads are the commands that read the store, and writes some that would write to it.
var (
	reads = []string{
		"settings", "keys list", "keys export", "users list", "users show ada", "users export --with-hashes", "roles list",
		"sessions list", "revocations list", "audit", "audit verify", "rotate --dry-run", "verify TOKEN",
	}
	writes = []string{
		"mint --sub ada", "revoke TOKEN", "revoke --jti x", "register bob --password-file PASS", "rotate", "settings set ttl=5m",
		"users disable ada", "login ada --password-file PASS", "keys revoke 1 --yes",
	}
)

// TestTruncated cuts the store off at every page, and beside it. No command reads a word of it or writes to it: each says
// that it is damaged. What is cut off behind the last page of its state nobody misses.
func TestTruncated(t *testing.T) {
	p := newInProcess(t)
	p.run(0, "", "init")
	p.fill(t)
	raw, _ := p.run(0, "", "mint", "--sub", "ada")
	info, err := bolt.New(p.store(), bolt.Options{}).Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	end := info.Pages * info.PageSize
	cuts := cutsOf(end, info.PageSize)
	whole, err := os.ReadFile(p.store())
	if err != nil {
		t.Fatal(err)
	}
	asked, wrong, every := 0, 0, 5
	if long() {
		every = 1
	}
	for c, size := range cuts {
		for l, line := range slices.Concat(reads, writes) {
			if (c+l)%every != 0 {
				continue
			}
			if err := os.WriteFile(p.store(), whole[:size], 0o600); err != nil {
				t.Fatal(err)
			}
			asked++
			if fault := p.refuses(p.words(line, raw), "damaged"); fault != "" {
				t.Errorf("cut to %d of %d bytes: %s: %s", size, end, line, fault)
				wrong++
			}
			if now, err := os.ReadFile(p.store()); err != nil || !bytes.Equal(now, whole[:size]) {
				t.Errorf("cut to %d bytes: %s has changed the file: %v", size, line, err)
				wrong++
			}
		}
	}
	if err := os.WriteFile(p.store(), whole[:end], 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(0, "", "verify", strings.TrimSpace(raw))
	kvtest.Figure(t, "A store that was cut off is refused as damaged by every command, and not touched",
		kvtest.Tried(len(cuts), "cuts"), kvtest.Tried(asked, "commands"), kvtest.Never(wrong, "wrong answers"))
}

// fill puts in so much that there are branch pages.
func (p *inProcess) fill(t *testing.T) {
	t.Helper()
	p.write("pass", testPassword)
	p.run(0, "", "register", "ada", "--password-file", p.dir+"/pass")
	var users strings.Builder
	for i := range 60 {
		fmt.Fprintf(&users, `{"name":"person%d","roles":["user"],"hash":"$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$%s"}`+"\n",
			i, strings.Repeat("A", 43))
	}
	p.write("users.jsonl", users.String())
	p.run(0, "", "users", "import", p.dir+"/users.jsonl")
	for i := range 30 {
		p.run(0, "", "revoke", "--jti", fmt.Sprint("token", i))
	}
}

func (p *inProcess) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(p.dir+"/"+name, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *inProcess) store() string { return p.dir + "/data/jotkit/jotkit.db" }

// words are those of a command line, with the token and the password file filled in.
func (p *inProcess) words(line, raw string) []string {
	words := strings.Fields(line)
	for i, w := range words {
		switch w {
		case "TOKEN":
			words[i] = strings.TrimSpace(raw)
		case "PASS":
			words[i] = p.dir + "/pass"
		}
	}
	return words
}

// cutsOf are sizes to cut a file of so many bytes to: about each page, and where the first pages are read.
func cutsOf(end, page int) (sizes []int) {
	sizes = []int{0, 1, 2*page - 1, end / 2}
	for at := page; at <= end; at += page {
		sizes = append(sizes, at-1, at, at+1)
	}
	slices.Sort(sizes)
	return slices.DeleteFunc(slices.Compact(sizes), func(size int) bool { return size >= end })
}

// refuses runs a command that is to end with 3, a hint and these words, and says what is wrong with its answer, "" for
// nothing.
func (p *inProcess) refuses(args []string, words string) string {
	var out, errs bytes.Buffer
	status := p.env("", &out, &errs).run(p.t.Context(), args)
	switch said := errs.String(); {
	case status != 3:
		return fmt.Sprintf("exit status %d: %s", status, said)
	case !strings.Contains(said, words) || !strings.Contains(said, "\nhint: "):
		return said
	case strings.Contains(said, "goroutine") || strings.Contains(said, ".go:"):
		return "a trace: " + said
	case out.Len() > 0:
		return "an answer: " + out.String()
	}
	return ""
}

// TestTruncatedProcess does so to a command that is a process, which must not die of it.
func TestTruncatedProcess(t *testing.T) {
	h := newHome(t)
	h.run("init")
	raw := h.run("mint", "--sub", "ada")
	whole, err := os.ReadFile(h.store())
	if err != nil {
		t.Fatal(err)
	}
	info, err := bolt.New(h.store(), bolt.Options{}).Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cuts, wrong := cutsOf(info.Pages*info.PageSize, info.PageSize), 0
	for _, size := range cuts {
		if err := os.WriteFile(h.store(), whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"verify", raw}, {"revoke", raw}} {
			out, _ := h.command(args...).CombinedOutput()
			if !strings.Contains(string(out), "damaged") || strings.Contains(string(out), "goroutine") {
				t.Errorf("cut to %d bytes: %s", size, out)
				wrong++
			}
		}
	}
	kvtest.Figure(t, "No process dies of a store that was cut off",
		kvtest.Tried(len(cuts), "cuts"), kvtest.Never(wrong, "wrong answers"))
}
