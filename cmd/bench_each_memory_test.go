package cmd

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"jotkit/token/versus"
)

// BenchmarkEachMemory is how much memory verify --each has taken when it has answered, and against a tenth of the tokens. So
// many are those that there is garbage to collect with either.
func BenchmarkEachMemory(b *testing.B) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip("no process tells here what memory it took: ", err)
	}
	few := 20_000
	if long() {
		few = 100_000
	}
	l := secretLot(b, 10*few)
	var peaks, growth []float64
	for b.Loop() {
		small, large := l.peak(few), l.peak(l.tokens)
		peaks, growth = append(peaks, large), append(growth, large/small)
	}
	b.ReportMetric(0, "ns/op")
	work := fmt.Sprintf("memory of verify --each, %d tokens", l.tokens)
	versus.Figure(b, work, peaks, "MiB", 0)
	versus.Figure(b, fmt.Sprintf("%s against %d", work, few), growth, "times", 1.25)
}

// peak is the most memory that a process had, in MiB, when it has answered about the first n tokens and waits for more.
func (l lot) peak(n int) float64 {
	l.t.Helper()
	c := l.command(append(l.ours[:len(l.ours)-2:len(l.ours)-2], "-")...)
	in, err := c.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	tokens, err := os.Open(l.path("tokens"))
	if err != nil {
		l.t.Fatal(err)
	}
	defer tokens.Close()
	go io.CopyN(in, tokens, l.size(tokens)/int64(l.tokens)*int64(n)) // all are as long; should it fail, there are too few answers
	answers := bufio.NewScanner(out)
	for range n {
		if !answers.Scan() {
			l.t.Fatal("too few answers: ", answers.Err())
		}
	}
	peak := peakOf(l.t, c.Process.Pid)
	in.Close()
	if err := c.Wait(); err != nil {
		l.t.Fatal(err)
	}
	return peak
}

func (l lot) size(f *os.File) int64 {
	l.t.Helper()
	info, err := f.Stat()
	if err != nil {
		l.t.Fatal(err)
	}
	return info.Size()
}

// peakOf reads how much memory a process had at most, in MiB. What the system says of one that has ended may be about the
// one that started it.
func peakOf(t testing.TB, pid int) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib / 1024
}
