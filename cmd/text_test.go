package cmd

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"jotkit/token"
)

func TestSafeText(t *testing.T) {
	for in, want := range map[string]string{
		"plain äöü 漢字":       "plain äöü 漢字",
		"\x1b[2J":            `\u001b[2J`,
		"a\nb":               `a\u000ab`,
		"\u009b2J":           `\u009b2J`,
		"\x7f":               `\u007f`,
		"x\u202ey":           `x\u202ey`,
		"\u2066\u200b\u2028": `\u2066\u200b\u2028`,
		"\U000e0041":         `\udb40\udc41`,
	} {
		if got := safeText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzSafe: nothing that steers is left, and JSON still says the same.
func FuzzSafe(f *testing.F) {
	f.Add("\x1b[31m\u202e\U000e0041\u2028\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		if out := safeText(s); strings.ContainsFunc(out, steers) {
			t.Fatalf("%q", out)
		}
		text, err := marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		out := safeJSON(text)
		var back string
		if err := json.Unmarshal([]byte(out), &back); err != nil || strings.ContainsFunc(out, steers) {
			t.Fatalf("%q: %v", out, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

func TestBareToken(t *testing.T) {
	for _, in := range []string{
		"a.b.c", " a.b.c\n", "\r\na.b.c\r\n", `"a.b.c"`, "'a.b.c'", "Bearer a.b.c", "bearer  a.b.c", `"Bearer a.b.c" `,
		`Bearer "a.b.c"`, "\tBEARER 'a.b.c'\n",
	} {
		if got := bareToken(in); got != "a.b.c" {
			t.Errorf("%q: %q", in, got)
		}
	}
	for _, in := range []string{`"a.b.c`, "Bearera.b.c", "Token a.b.c", "a.b .c"} {
		if got := bareToken(in); got == "a.b.c" {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestSeveral(t *testing.T) {
	for in, want := range map[string]bool{
		"": false, "a.b.c": false, "a.b\n.c": false, "a.b.c\ndd": false, "a.b.c d.e.f": true, "a.b.c\nd.e.f": true,
		"a.b.c\n'd.e.f'": true, "a.b.c.d.e\nf.g.h": true,
	} {
		if got := several(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestField(t *testing.T) {
	header := json.RawMessage(`{"alg":"ES256","kid":"k","x.y":1}`)
	claims := json.RawMessage(`{"sub":"ada","a":{"b":[1,{"c":2}],"b.c":3},"a.b":4,"header":{"kid":"not this"},"https://x/y.z":5,"n":null}`)
	for path, want := range map[string]string{
		"sub": `"ada"`, "a.b": `4`, "a.b.0": `1`, "a.b.1.c": `2`, "a.b.c": `3`, "header.kid": `"k"`, "header.x.y": `1`, "https://x/y.z": `5`,
		"header": `{"kid":"not this"}`, "n": `null`, "a": `{"b":[1,{"c":2}],"b.c":3}`,
	} {
		got, err := field(header, claims, path)
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v", path, got, err)
		}
	}
	for _, path := range []string{"nothing", "sub.x", "header.nothing", "a.x", "Sub", "n.x", ".", "sub."} {
		if got, err := field(header, claims, path); !errors.Is(err, errAbsent) {
			t.Errorf("%q: %s, %v", path, got, err)
		}
	}
}

func TestFold(t *testing.T) {
	if got := fold("aa bbb cccccccc d", 5); !slices.Equal(got, []string{"aa", "bbb", "ccccc", "ccc d"}) {
		t.Errorf("%q", got)
	}
	if got := fold("any length", 0); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestOneLineEnd(t *testing.T) {
	for in, want := range map[string]string{
		"pw": "pw", "pw\n": "pw", "pw\r\n": "pw", "pw\n\n": "pw\n", "pw\r": "pw\r", " pw ": " pw ", "": "", "\n": "",
	} {
		if got := oneLineEnd([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"/a/b.key": "/a/b.key", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$(x)": "'$(x)'",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

// What -c refuses with the flag to use is what package token keeps fields for, save what has no flag.
func TestClaimNames(t *testing.T) {
	free := []string{"client_id", "scope", "roles"}
	for _, name := range []string{"iss", "sub", "aud", "client_id", "iat", "nbf", "exp", "jti", "sid", "scope", "roles"} {
		if !token.Registered(name) {
			t.Errorf("%q is not registered", name)
		}
		if refused := checkClaimName(name) != nil; refused == slices.Contains(free, name) {
			t.Errorf("%q: refused %v", name, refused)
		}
	}
}
