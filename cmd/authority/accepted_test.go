package authority

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"jotkit/token"
)

// TestAcceptedIsBounded: two generations are kept, of so many texts and bytes that are not too long, and what is asked for
// stays.
func TestAcceptedIsBounded(t *testing.T) {
	for _, c := range []struct {
		name      string
		pad, most int
	}{
		{"short", 0, 2 * mostTexts},
		{"long", longestKept - 5, 2 * (mostBytes/longestKept + 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := func(n int) string { return fmt.Sprintf("%05d", n) + strings.Repeat("x", c.pad) }
			a, claims, many := newAccepted(), &token.Claims{}, 5*c.most/2
			a.add("asked for", claims, 1)
			a.add("forgotten", claims, 1)
			for i := range many {
				a.add(text(i), claims, 1)
				if i%100 != 0 && i < many-1 {
					continue
				}
				if n, bytes := a.size(); n > c.most || bytes > 2*(mostBytes+longestKept) {
					t.Fatalf("%d are kept, of %d bytes", n, bytes)
				}
				if a.get("asked for") == nil {
					t.Fatalf("what is asked for all the time is gone after %d", i)
				}
			}
			if a.get("forgotten") != nil || a.get(text(0)) != nil {
				t.Error("what nobody asks for is kept")
			}
			for i := many - c.most/2; i < many; i++ {
				if a.get(text(i)) == nil {
					t.Fatalf("%d is gone, and it is among the newest", i)
				}
			}
		})
	}
	a := newAccepted()
	a.add(strings.Repeat("x", longestKept+1), &token.Claims{}, 1)
	if n, _ := a.size(); n != 0 {
		t.Error("a text that is too long is kept")
	}
}

// size counts the texts that are kept, and their bytes.
func (a *accepted) size() (texts, bytes int) {
	g := a.now.Load()
	for _, part := range []*generation{g.young, g.old} {
		part.Range(func(text, _ any) bool {
			texts, bytes = texts+1, bytes+len(text.(string))
			return true
		})
	}
	return texts, bytes
}

// TestAcceptedKeepsNoMore: a token is a part of the header that it came in, which may be a hundred times as long.
func TestAcceptedKeepsNoMore(t *testing.T) {
	a := newAccepted()
	header := "Bearer" + strings.Repeat(" ", 60_000) + "a.b.c"
	raw := header[len(header)-5:]
	a.add(raw, &token.Claims{}, 1)
	a.now.Load().young.Range(func(text, found any) bool {
		for _, kept := range []string{text.(string), found.(*acceptance).text} {
			if kept != raw || unsafe.StringData(kept) == unsafe.StringData(raw) {
				t.Errorf("%q is kept as it lies in its header", kept)
			}
		}
		return true
	})
	if n, _ := a.size(); n != 1 {
		t.Errorf("%d are kept", n)
	}
}
