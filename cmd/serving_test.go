package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A serving is jotkit serve as a process on the store of a home, at a port of its own. The settings iss and aud are its
// address.
type serving struct {
	home
	url string
}

// newServing starts one with more flags. It is told to stop at the end of the test, and has to end well then.
func newServing(t testing.TB, flags ...string) *serving {
	t.Helper()
	h := newHome(t)
	h.run("init")
	s := h.serve(flags...)
	s.run("settings", "set", "iss="+s.url, "aud="+s.url)
	return s
}

// serve starts one on a store that is there.
func (h home) serve(flags ...string) *serving {
	h.t.Helper()
	t, s := h.t, &serving{home: h}
	serve := s.command(append([]string{"serve", "--addr", "127.0.0.1:0", "--json"}, flags...)...)
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	background(t, serve, s.path("serve.log"), func(err error) {
		if err != nil {
			t.Errorf("serve ended with %v", err)
		}
	})
	var answer struct{ URL string }
	if err := json.NewDecoder(out).Decode(&answer); err != nil { // it prints that once it listens
		t.Fatalf("no word from serve: %v", err)
	}
	s.url = answer.URL
	return s
}

// longest is how long a program in the background may take in all.
const longest = 2 * time.Minute

// background starts a program whose messages go to the file log, which is shown when the test has failed. At the end of the
// test it gets SIGTERM, and ended is told how it went; a program that goes on after all is killed.
func background(t testing.TB, c *exec.Cmd, log string, ended func(error)) {
	t.Helper()
	file, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = file
	if c.Stdout == nil {
		c.Stdout = file
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	bound := time.AfterFunc(longest, func() { c.Process.Kill() })
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGTERM)
		bound.Reset(10 * time.Second)
		ended(c.Wait())
		bound.Stop()
		file.Close()
		if text, _ := os.ReadFile(log); t.Failed() {
			t.Logf("%s:\n%s", log, text)
		}
	})
}

// register adds somebody, with the password of the home.
func (s *serving) register(name, role string) {
	s.t.Helper()
	s.run("register", name, "--role", role, "--password-file", "pass")
}

// servicePassword is another one once it is decoded, so that a client has to encode it: in a form, and for HTTP Basic too
// (RFC 6749 section 2.3.1).
const servicePassword = "p+s s:w%41rd&=é?/#100"

// registerService adds a service that may introspect and revoke, with that password.
func (s *serving) registerService(name string) {
	s.t.Helper()
	s.write("service", servicePassword)
	s.run("register", name, "--role", "service", "--password-file", "service")
}

// A grant is the answer to a login.
type grant struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// login opens a session over HTTP.
func (s *serving) login(name string) (g grant) {
	s.t.Helper()
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, name, testPassword)
	answer, err := http.Post(s.url+"/login", "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil || answer.StatusCode != http.StatusOK || g.Access == "" {
		s.t.Fatalf("login: %s, %v", answer.Status, err)
	}
	return g
}

// get asks for a URL with a token, or with none where it is empty, and with pairs of names and values as headers. It returns
// the answer, its body read.
func get(t testing.TB, url, raw string, headers ...string) (answer *http.Response, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if raw != "" {
		r.Header.Set("Authorization", "Bearer "+raw)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if answer, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}
