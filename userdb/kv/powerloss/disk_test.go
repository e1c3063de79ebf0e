package powerloss

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// write and sync file f, write it again in two pages, and give it another name.
var events = []Event{
	{kind: link, of: 1, in: 0, name: "f"},
	{kind: writeTo, of: 1, data: bytes.Repeat([]byte("a"), 2*page)},
	{kind: syncIt, of: 1},
	{kind: syncIt, of: 0, isDir: true},
	{kind: writeTo, of: 1, data: bytes.Repeat([]byte("b"), 2*page)},
	{kind: rename, of: 1, in: 0, name: "f", to: "g"},
	{kind: truncate, of: 1, at: 3 * page},
}

func emptyDisk() *Disk {
	d := &Disk{map[inode]*node{}}
	d.node(0, true)
	return d
}

// describe gives the first letter of each sector, with repetitions cut.
func describe(f Files) string {
	var all []string
	for name, content := range f {
		text := name + ":"
		for at := 0; at < len(content); at += sector {
			letter := strings.ReplaceAll(string(content[at]), "\x00", "0")
			if !strings.HasSuffix(text, letter) || at%page == 0 {
				text += letter
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestExtremes(t *testing.T) {
	d := emptyDisk()
	for i, want := range []string{" f:", " f:aa", " f:aa", "f:aa f:aa", "f:aa f:bb", "f:aa g:bb", "f:aa g:bb0"} {
		d.Apply(events[i])
		if got := describe(d.Least()) + " " + describe(d.Most()); got != want {
			t.Errorf("after event %d: %q, want %q", i, got, want)
		}
	}
}

// TestSome wants all that may be, and nothing else.
func TestSome(t *testing.T) {
	d := emptyDisk()
	for _, e := range events {
		d.Apply(e)
	}
	seen, random := map[string]bool{}, rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		seen[describe(d.Some(random))] = true
	}
	for _, name := range "fg" {
		for _, content := range []string{"aa", "ab", "ba", "bb", "aa0", "bb0", "ab0", "baba"} {
			if want := fmt.Sprintf("%c:%s", name, content); !seen[want] {
				t.Errorf("never %q", want)
			}
		}
	}
	for s := range seen {
		name, content, _ := strings.Cut(s, ":")
		if name != "f" && name != "g" || strings.Trim(content, "ab0") != "" || strings.Contains(strings.TrimSuffix(content, "0"), "0") {
			t.Errorf("%q", s)
		}
	}
}
