//go:build unix

package cmd

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// TestStopped: while a process that was stopped in the middle of a transaction has the store, commands give up and say who
// has it; the server goes on verifying by what it knows, and lets nobody log in. All goes on when that process does, and
// when it is killed.
func TestStopped(t *testing.T) {
	s := &stoppage{daemon: newDaemon(newHome(t), "--wait", "1s")}
	s.run("register", "ada", "--password-file", "pass")
	s.good = s.mints("ada", 1)[0]
	s.becomes("at first", s.good, http.StatusOK)
	for _, killed := range []bool{false, true} {
		if killed || long() {
			s.over("view", killed)
		}
		raw := s.mints("ada", 1)[0]
		s.over("stopping "+id(t, raw), killed)
		want := http.StatusUnauthorized
		if killed {
			want = http.StatusOK // nobody was told that it is revoked, and it had not been committed
		}
		if got := s.status(raw); got != want {
			t.Errorf("killed: %v; the token it was revoking gets %d", killed, got)
			s.wrong++
		}
	}
	s.end()
	kvtest.Figure(t, "While a stopped process has the store, commands say who has it, and the server verifies; then all goes on",
		kvtest.Tried(s.stops, "stops"), kvtest.Tried(s.turned, "commands and logins turned away"),
		kvtest.Tried(s.answered, "requests answered"), kvtest.Never(s.wrong, "wrong answers"))
}

// A stoppage is a server whose store somebody has who was stopped.
type stoppage struct {
	*daemon
	good                           string // a token
	stops, turned, answered, wrong int
}

// over asks of server and commands what they have to do while a process is stopped in the middle of a line of act-on, and
// after that.
func (s *stoppage) over(line string, killed bool) {
	s.t.Helper()
	a := s.actor()
	defer a.done()
	defer a.Process.Kill() // or it would stay as it is
	fmt.Fprintln(a.in, line)
	s.awaitStop(a)
	s.stops++
	s.meanwhile(a)
	if killed {
		a.Process.Kill()
	} else {
		a.Process.Signal(syscall.SIGCONT)
		if !a.out.Scan() || a.out.Text() != "ok" {
			s.t.Errorf("%s, going on: %q", line, a.out.Text())
			s.wrong++
		}
	}
	s.run("mint", "--sub", "ada") // waits for what was killed to be gone
	if got := s.login("ada"); got.status != http.StatusOK {
		s.t.Errorf("a login after that: %+v", got)
		s.wrong++
	}
}

// awaitStop waits until the process has stopped.
func (s *stoppage) awaitStop(a *actor) {
	s.t.Helper()
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(a.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		s.t.Fatalf("%v, %v", status, err)
	}
}

func (s *stoppage) meanwhile(a *actor) {
	s.t.Helper()
	host, err := os.Hostname()
	if err != nil {
		s.t.Fatal(err)
	}
	stop := s.asks(s.good, 2)
	for _, args := range [][]string{{"verify", s.good}, {"mint", "--sub", "ada"}, {"revoke", "--jti", "x"}, {"users", "list"}} {
		c := s.command(append(args, "--wait", "0s")...)
		var errs strings.Builder
		c.Stderr = &errs
		c.Run()
		says := fmt.Sprintf("store busy, held by pid %d on %s", a.Process.Pid, host)
		if c.ProcessState.ExitCode() != 3 || !strings.Contains(errs.String(), says) {
			s.t.Errorf("%v ended with %d\n%s", args, c.ProcessState.ExitCode(), errs.String())
			s.wrong++
		}
		s.turned++
	}
	logins := make(chan reply, 2) // with what came before they take longer than a tick of the server, of a second
	for range cap(logins) {
		go func() { logins <- s.login("ada") }()
	}
	for range cap(logins) {
		if got := <-logins; got.status != http.StatusServiceUnavailable || got.retry == "" {
			s.t.Errorf("a login meanwhile: %+v", got)
			s.wrong++
		}
		s.turned++
	}
	for status, n := range stop() {
		if s.answered += n; status != http.StatusOK {
			s.t.Errorf("%d times /protected answered %d", n, status)
			s.wrong += n
		}
	}
}
