package cmd

import (
	"bufio"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jotkit/userdb"
)

// An inProcess runs command lines in the test itself, on a store of its own.
type inProcess struct {
	t   testing.TB
	dir string
	now time.Time
}

func newInProcess(t testing.TB) *inProcess {
	return &inProcess{t: t, dir: t.TempDir(), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func (p *inProcess) env(stdin string, out, errs io.Writer) *env {
	return &env{
		in: strings.NewReader(stdin), out: bufio.NewWriter(out), errs: errs,
		getenv: func(name string) string {
			return map[string]string{
				"XDG_DATA_HOME":   filepath.Join(p.dir, "data"),
				"XDG_CONFIG_HOME": filepath.Join(p.dir, "config"),
			}[name]
		},
		now:    func() time.Time { return p.now },
		user:   func() string { return "root" },
		host:   func() string { return "here" },
		diskAt: scriptDisk,
		hasher: userdb.Hasher{Cost: userdb.Cost{Memory: 64, Time: 1, Threads: 1}},
		work:   1,
	}
}

// run wants an exit status, and returns what was written.
func (p *inProcess) run(status int, stdin string, args ...string) (stdout, stderr string) {
	p.t.Helper()
	got, stdout, stderr := p.try(stdin, args...)
	if got != status {
		p.t.Fatalf("jotkit %s ended with %d, and %d was wanted\n%s", strings.Join(args, " "), got, status, stderr)
	}
	return stdout, stderr
}

// try returns how a command line ends.
func (p *inProcess) try(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = p.env(stdin, &out, &errs).run(p.t.Context(), args)
	return status, out.String(), errs.String()
}
