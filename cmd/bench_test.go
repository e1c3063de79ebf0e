package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkVerifyProcess runs "verify" of one token with the store as a whole process, in turn with a Go program that does
// nothing, and reports the medians and how many times as long it takes. Taking turns keeps what else the machine does out
// of the ratio.
func BenchmarkVerifyProcess(b *testing.B) {
	dir := b.TempDir()
	empty := filepath.Join(dir, "empty")
	jotkit := filepath.Join(dir, "jotkit")
	if err := os.WriteFile(empty+".go", []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, build := range [][]string{{"-o", empty, empty + ".go"}, {"-o", jotkit, "jotkit"}} {
		c := exec.Command("go", append([]string{"build", "-ldflags=-s -w"}, build...)...)
		c.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released: a dynamic linker takes longer than Go needs to start
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	variables := append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(dir, "data"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
	run := func(name string, args ...string) (string, time.Duration) {
		c := exec.Command(name, args...)
		c.Env = variables
		start := time.Now()
		out, err := c.Output()
		if err != nil {
			b.Fatal(name, args, err)
		}
		return strings.TrimSpace(string(out)), time.Since(start)
	}
	raw, _ := run(jotkit, "mint", "--sub", "ada")
	var ours, nothing []time.Duration
	for b.Loop() {
		_, d := run(jotkit, "verify", "-q", raw)
		ours = append(ours, d)
		_, d = run(empty)
		nothing = append(nothing, d)
	}
	report := func(list []time.Duration) float64 {
		slices.Sort(list)
		return float64(list[len(list)/2].Microseconds()) / 1000
	}
	b.ReportMetric(report(ours), "ms/verify")
	b.ReportMetric(report(nothing), "ms/empty")
	b.ReportMetric(report(ours)/report(nothing), "ratio")
}
