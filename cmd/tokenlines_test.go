package cmd

import (
	"bufio"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"jotkit/token"
)

// A numbered is a token and the line on which it stands.
type numbered struct {
	line int
	raw  string
}

// tokensOf returns the tokens of an input, and how many batches they came in.
func tokensOf(in io.Reader) (tokens []numbered, batches int, err error) {
	lines := &tokenLines{in: bufio.NewReaderSize(in, lineBuffer)}
	for b := range lines.all() {
		batches++
		number := b.first
		for line := range strings.Lines(b.lines) {
			if raw, ok := tokenOfLine(line); ok {
				tokens = append(tokens, numbered{number, raw})
			}
			number++
		}
		lines.done(b)
	}
	return tokens, batches, lines.err
}

// TestTokenLines: however an input comes in pieces, each line has its token, under its number.
func TestTokenLines(t *testing.T) {
	few := []string{"", " \t", "\r", "a.b.c", "Bearer a.b.c\r", `"a.b.c"`, `{"token":"x"}`}
	for _, n := range []int{1, 300, batchSize - 1, batchSize, batchSize + 1, maxTokenInput - 2, maxTokenInput - 1} {
		few = append(few, strings.Repeat("a", n))
	}
	pieces := map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "end with data": iotest.DataErrReader, "bytes": iotest.OneByteReader,
	}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(few)-1), 0, 8).Draw(t, "lines") {
			text.WriteString(few[i] + "\n")
		}
		text.WriteString(strings.Repeat("short\n", rapid.IntRange(0, 6000).Draw(t, "short")))
		text.WriteString(rapid.SampledFrom([]string{"", "end", "end\n"}).Draw(t, "end"))
		var want []numbered
		number := 0
		for line := range strings.Lines(text.String()) {
			number++
			if raw, ok := tokenOfLine(line); ok {
				want = append(want, numbered{number, raw})
			}
		}
		for name, in := range pieces {
			if got, _, err := tokensOf(in(strings.NewReader(text.String()))); err != nil || !slices.Equal(got, want) {
				t.Fatalf("%s: %d tokens, and %d were wanted; %v", name, len(got), len(want), err)
			}
		}
	})
}

// Of a line longer than any token only the beginning is kept, as long as shows that; the next line is the next one.
func TestTokenLinesTooLong(t *testing.T) {
	for _, n := range []int{maxTokenInput, maxTokenInput + 1, lineBuffer, lineBuffer + 1, 3 * lineBuffer} {
		got, _, err := tokensOf(strings.NewReader("x\n" + strings.Repeat(" ", n) + "a.b.c\nnext\n"))
		if err != nil || len(got) != 3 || got[2] != (numbered{3, "next"}) || len(got[1].raw) < maxTokenInput || len(got[1].raw) > lineBuffer+1 {
			t.Errorf("of %d bytes: %d tokens", n, len(got))
		}
	}
}

// Lines that are there go together, so that handing them on costs little; and not so many that only one core has them.
func TestTokenLinesGoTogether(t *testing.T) {
	const n = 10_000
	line := strings.Repeat("a", 345)
	got, batches, err := tokensOf(strings.NewReader(strings.Repeat(line+"\n", n)))
	if err != nil || len(got) != n || batches < n*len(line)/batchSize || batches > 2*n*len(line)/batchSize {
		t.Errorf("%d tokens in %d batches", len(got), batches)
	}
}

// A line that is whole waits for no other, not even for one of which a part is there.
func TestTokenLinesDoNotWait(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	lines := &tokenLines{in: bufio.NewReaderSize(r, lineBuffer)}
	go io.WriteString(w, "one\ntwo\nthr")
	for b := range lines.all() {
		if b.first != 1 || b.lines != "one\ntwo\n" {
			t.Errorf("%d, %q", b.first, b.lines)
		}
		return
	}
}

// TestVerdictIsJSON: a verdict is what encoding/json makes of it, in one line and fit for a terminal.
func TestVerdictIsJSON(t *testing.T) {
	for _, claims := range []string{
		"", `{}`, " {\"a\" : [1, 2 ,\t{} ]\r\n}\n", `{"sub":"a b"}`, `{"n":[1E+2,-0,0.10,1e400,123456789012345678901234567890]}`,
		`{"s":"\u00e4\u0041\/\ud83d\ude00<>&"}`, "{\"s\":\"\u00e4\u202e\u2028\u009b\u007f\u200b\U0001f600\U000e0100\"}", `{"\u0000":"\"\\"}`,
		`{"scope":"a b","x":"\" \\"}`, `{"x":"\"" ,"y":1}`, `{"x":"\\" }`, `{"x":["a b", "c"]}`,
	} {
		for _, reason := range []token.Reason{"", token.Expired, token.Malformed} {
			want := lineJSON{Line: 12, Valid: reason == "", Exit: statusOf(reason), Reason: string(reason), Claims: []byte(claims)}
			if reason == "" {
				want.Reason = "ok"
			}
			var out strings.Builder
			e := &env{out: bufio.NewWriter(&out)}
			if err := e.printLine(want); err != nil {
				t.Fatal(err)
			}
			e.out.Flush()
			got, err := appendVerdict(nil, 12, reason, []byte(claims))
			if err != nil || string(got) != out.String() {
				t.Errorf("got %q, %v\nand wanted %q", got, err, out.String())
			}
		}
	}
}

// What ctx ends is no verdict: those before it are kept, and none comes after.
func TestBatchEndsWithContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	b := (&batch{first: 5, lines: "a\nb\nc\n"}).examined(ctx, func(ctx context.Context, raw string) (*token.Report, error) {
		if asked++; asked == 2 {
			stop()
		}
		return (&token.Verifier{}).Examine(ctx, raw)
	})
	if b.err != context.Canceled || b.sum.all != 2 || strings.Count(string(b.text), "\n") != 2 || asked != 2 {
		t.Errorf("%v, %d verdicts: %s", b.err, b.sum.all, b.text)
	}
}
