package scan_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"jotkit/token"
	"jotkit/token/scan"
)

// part is base64url of text.
func part(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

var (
	plain     = part(`{"alg":"ES256","kid":"a"}`) + "." + part(`{"sub":"ada"}`) + ".c2ln"
	spaced    = part(`{ "alg":"ES256"}`) + "." + part(`{"sub":"bob"}`) + ".c2ln"
	broken    = part("{\r\n \"alg\":\"HS256\"}") + "." + part(`{}`) + "." // as RFC 7515 appendix A.1 breaks its lines
	unsigned  = part(`{"alg":"none"}`) + "." + part(`{"sub":"eve"}`) + "."
	encrypted = part(`{"alg":"dir","enc":"A128GCM"}`) + "..aXY.Y2lwaGVydGV4dA.dGFn"
	within    = part(`{"alg":"ES256","jwk":{"kty":"EC","crv":"P-256"},"x":{ "y":1}}`) + ".e30.c2ln"
	detached  = part(`{"alg":"ES256"}`) + "..c2ln"
)

// all reads a text to its end.
func all(tb testing.TB, in io.Reader) []*scan.Found {
	tb.Helper()
	var list []*scan.Found
	for s := scan.NewScanner(in); ; {
		f, err := s.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, f)
	}
}

// places are what was found, as line:column token.
func places(list []*scan.Found) []string {
	out := []string{}
	for _, f := range list {
		out = append(out, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Raw))
	}
	return out
}

func TestFind(t *testing.T) {
	long := part(`{"alg":"ES256"}`) + "." + part(`{"a":"`+strings.Repeat("a", token.MaxLength)+`"}`) + ".c2ln"
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"alone", plain, []string{"1:1 " + plain}},
		{"the third line", "a\r\nb\n> Authorization: Bearer " + plain + "\r\n", []string{"3:25 " + plain}},
		{"end of a sentence", "It was " + plain + ".\nNo.", []string{"1:8 " + plain}},
		{"JSON", `{"access_token":"` + plain + `","id_token":"` + spaced + `"}`, []string{"1:18 " + plain, fmt.Sprintf("1:%d %s", 18+len(plain)+14, spaced)}},
		{"escaped line end", `"x\n` + plain + `\n"`, []string{"1:5 " + plain}},
		{"percent-encoded", "?u=%22" + plain + "%22", []string{"1:7 " + plain}},
		{"letters in front", "token_" + plain, []string{"1:7 " + plain}},
		{"a name in front", "id.example." + plain, []string{"1:12 " + plain}},
		{"what may be a start within its header", within, []string{"1:1 " + within}},
		{"a misleading start in front", "eyJeyJ" + plain, []string{"1:7 " + plain}},
		{"twice", plain + " " + plain, []string{"1:1 " + plain, fmt.Sprintf("1:%d %s", len(plain)+2, plain)}},
		{"joined by a dot", plain + "." + spaced, []string{"1:1 " + plain, fmt.Sprintf("1:%d %s", len(plain)+2, spaced)}},
		{"not text", "\x00\xff\n\xfe" + plain + "\x00", []string{"2:2 " + plain}},
		{"lines broken in the header", broken, []string{"1:1 " + broken}},
		{"unsigned", unsigned + " x", []string{"1:1 " + unsigned}},
		{"encrypted", "x " + encrypted + ".", []string{"1:3 " + encrypted}},
		{"detached", detached, []string{"1:1 " + detached}},
		{"percent-encoded dots", strings.ReplaceAll(plain, ".", "%2E"), nil},
		{"ellipsis", part(`{"alg":"ES256"}`) + "... and so on", nil},
		{"two parts", strings.TrimSuffix(plain, ".c2ln"), nil},
		{"two parts and more text", strings.TrimSuffix(plain, ".c2ln") + " .c2ln", nil},
		{"encrypted, cut off", strings.TrimSuffix(encrypted, ".dGFn"), nil},
		{"no alg", part(`{"typ":"JWT"}`) + ".e30.c2ln", nil},
		{"ALG is not alg", part(`{"ALG":"ES256"}`) + ".e30.c2ln", nil},
		{"an alg that is no string", part(`{"alg":1}`) + ".e30.c2ln", nil},
		{"no JSON", "eyJhbGci.eyJz.c2ln", nil},
		{"too long", long + " " + plain, []string{fmt.Sprintf("1:%d %s", len(long)+2, plain)}},
		{"dots", strings.Repeat(".", 100_000) + plain, []string{"1:100001 " + plain}},
		{"after much text", strings.Repeat("a line\n", 50_000) + "x " + plain, []string{"50001:3 " + plain}},
		{"after one long line", strings.Repeat("eyJ.", 50_000) + plain, []string{"1:200001 " + plain}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			for _, in := range []io.Reader{
				strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in)), iotest.DataErrReader(strings.NewReader(c.in)),
			} {
				if diff := cmp.Diff(c.want, places(all(t, in))); diff != "" {
					t.Fatalf("(-want +got)\n%s", diff)
				}
			}
		})
	}
}

// What is decoded, and what is said of the rest.
func TestDecoded(t *testing.T) {
	twice := part(`{"alg":"ES256","alg":"none"}`) + ".e30."
	list := all(t, strings.NewReader(strings.Join([]string{plain, encrypted, detached, twice}, "\n")))
	if len(list) != 4 {
		t.Fatalf("%d found", len(list))
	}
	if f := list[0]; f.Encrypted || f.Err != nil || f.Token.Text("sub") != "ada" || string(f.Header) != `{"alg":"ES256","kid":"a"}` {
		t.Errorf("%+v", f)
	}
	if f := list[1]; !f.Encrypted || f.Err != nil || f.Token != nil || string(f.Header) != `{"alg":"dir","enc":"A128GCM"}` {
		t.Errorf("%+v", f)
	}
	for _, f := range list[2:] {
		if f.Encrypted || !errors.Is(f.Err, token.Malformed) || f.Token != nil || f.Header == nil {
			t.Errorf("%+v", f)
		}
	}
}

// A token is handed over as soon as it has ended, though the text goes on.
func TestAtOnce(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	go io.WriteString(out, "> "+plain+"\n")
	f, err := scan.NewScanner(in).Next()
	if err != nil || f.Raw != plain {
		t.Fatal(f, err)
	}
}

// What was read before reading fails is there.
func TestReadingFails(t *testing.T) {
	lost := errors.New("lost")
	s := scan.NewScanner(io.MultiReader(strings.NewReader(plain), iotest.ErrReader(lost)))
	if f, err := s.Next(); err != nil || f.Raw != plain {
		t.Fatal(f, err)
	}
	if _, err := s.Next(); !errors.Is(err, lost) {
		t.Fatal(err)
	}
}

// endless repeats text.
type endless struct{ text, rest string }

func (e *endless) Read(b []byte) (int, error) {
	if e.rest == "" {
		e.rest = e.text
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// A line of any length costs the memory of the window.
func TestConstantMemory(t *testing.T) {
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, text := range []string{"eyJ", ".", "eyJ.", "{\n"} {
		before := live()
		s := scan.NewScanner(io.LimitReader(&endless{text: text}, 4<<20))
		if f, err := s.Next(); !errors.Is(err, io.EOF) {
			t.Fatal(f, err)
		}
		if after := live(); after > before+1<<20 {
			t.Errorf("%q: %d bytes more", text, after-before)
		}
		runtime.KeepAlive(s)
	}
}

// FuzzPlanted: what is planted is found where it stands, and nothing else, whatever surrounds it and however it is read.
func FuzzPlanted(f *testing.F) {
	f.Add("Bearer ", "\nx=", ".", uint16(7))
	f.Add("eyJ", "%22", "...\n", uint16(1))
	f.Add(strings.Repeat("ew", 70), `\n`, "eyJhbGciOiJub25lIn0", uint16(4096))
	planted := []string{plain, encrypted, unsigned}
	f.Fuzz(func(t *testing.T, before, between, after string, chunk uint16) {
		for _, noise := range []string{before, between, after} {
			if len(all(t, strings.NewReader(noise+" "))) > 0 || strings.Count(noise, "e") > 60 || len(noise) > 8<<10 {
				return // no noise, or more than the bounds of the scanner
			}
		}
		// A dot or a letter right behind a token may belong to it, so there is none.
		text := before + planted[0] + "\n" + between + planted[1] + " " + between + planted[2] + "," + after
		var want []string
		at := 0
		for _, p := range planted {
			at += strings.Index(text[at:], p)
			line := 1 + strings.Count(text[:at], "\n")
			want = append(want, fmt.Sprintf("%d:%d %s", line, at-strings.LastIndex(text[:at], "\n"), p))
			at += len(p)
		}
		got := places(all(t, &chunks{strings.NewReader(text), int(chunk) + 1}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got)\n%s", text, diff)
		}
	})
}

// chunks reads at most so many bytes at a time.
type chunks struct {
	io.Reader
	most int
}

func (c *chunks) Read(b []byte) (int, error) { return c.Reader.Read(b[:min(len(b), c.most)]) }

// BenchmarkScan tells what text costs that was made to cost time, beside a log.
func BenchmarkScan(b *testing.B) {
	for name, text := range map[string]string{
		"log":      "2026-01-02T03:04:05Z GET /v1/a.b?c=d 200 eyes wide. " + plain + "\n",
		"openings": "eyJ7Intteyey",
		"headers":  part(`{"alg":"ES256"}`) + ".",
	} {
		b.Run(name, func(b *testing.B) {
			const size = 1 << 20
			b.SetBytes(size)
			for b.Loop() {
				s := scan.NewScanner(io.LimitReader(&endless{text: text}, size))
				for _, err := s.Next(); err == nil; _, err = s.Next() {
				}
			}
		})
	}
}
