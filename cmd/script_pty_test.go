package cmd

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// pty CODE DIALOGUE prog args… runs prog with all its streams on a terminal of 60 columns. DIALOGUE is a file: a line
// "expect TEXT" waits for TEXT to appear, "send TEXT" types it; TEXT may hold Go escapes. What the terminal showed is the
// stdout of the command.
func cmdPty(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: pty CODE DIALOGUE prog args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	path, err := lookPath(ts.Getenv("PATH"), args[2])
	ts.Check(err)
	c := exec.Command(path, args[3:]...)
	c.Dir = ts.MkAbs(".")
	c.Env = scriptVariables(ts)
	terminal, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 60})
	ts.Check(err)
	defer terminal.Close()
	screen := newScreen(terminal)
	talk(ts, screen, terminal, ts.ReadFile(args[1]))
	waiting := c.Wait()
	screen.wait()
	_, _ = io.WriteString(ts.Stdout(), screen.String())
	got := 0
	var exit *exec.ExitError
	if errors.As(waiting, &exit) {
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, and %d was wanted; the terminal showed:\n%s", got, want, screen)
	}
}

func talk(ts *testscript.TestScript, s *screen, terminal io.Writer, dialogue string) {
	for line := range strings.Lines(dialogue) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		text, err := strconv.Unquote(`"` + rest + `"`)
		ts.Check(err)
		switch verb {
		case "expect":
			if !s.await(text) {
				ts.Fatalf("no %q on the terminal, which showed:\n%s", text, s)
			}
		case "send":
			_, err := io.WriteString(terminal, text)
			ts.Check(err)
		case "", "#":
		default:
			ts.Fatalf("dialogue: %q", line)
		}
	}
}

// A screen collects what a program shows.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	seen int // up to where expect has looked
	more chan struct{}
	end  chan struct{}
}

func newScreen(r io.Reader) *screen {
	s := &screen{more: make(chan struct{}, 1), end: make(chan struct{})}
	go func() {
		defer close(s.end)
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			s.mu.Lock()
			s.text.Write(buf[:n])
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
			if err != nil {
				return // a terminal that nobody holds any more
			}
		}
	}()
	return s
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) wait() { <-s.end }

// await waits until text shows up after what was awaited before.
func (s *screen) await(text string) bool {
	deadline := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		at := strings.Index(s.text.String()[s.seen:], text)
		if at >= 0 {
			s.seen += at + len(text)
		}
		s.mu.Unlock()
		if at >= 0 {
			return true
		}
		select {
		case <-s.more:
		case <-s.end:
			return false
		case <-deadline:
			return false
		}
	}
}

// scriptVariables are the variables that a program may ask a script for.
func scriptVariables(ts *testscript.TestScript) []string {
	var list []string
	for _, name := range []string{
		"HOME", "PATH", "TERM", "NO_COLOR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "JOTKIT_STORE", "JOTKIT_SEAL_KEY_FILE",
		"JOTKIT_TOKEN", "JOTKIT_TEST_NOW", "JOTKIT_TEST_USER", "GOCOVERDIR", "GORACE",
	} {
		if value := ts.Getenv(name); value != "" {
			list = append(list, name+"="+value)
		}
	}
	return list
}

func lookPath(path, name string) (string, error) {
	for _, dir := range strings.Split(path, string(os.PathListSeparator)) {
		if info, err := os.Stat(dir + "/" + name); err == nil && !info.IsDir() {
			return dir + "/" + name, nil
		}
	}
	return "", exec.ErrNotFound
}
