//go:build unix

package cmd

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A daemon is jotkit serve as a process, on the store of a home.
type daemon struct {
	home
	url    string
	flags  []string
	client *http.Client
	serve  *exec.Cmd
	log    *bytes.Buffer // to be read when the process has ended
	ended  chan error
}

// newDaemon makes a store and serves it, by the program of the home.
func newDaemon(h home, args ...string) *daemon {
	h.t.Helper()
	d := h.daemon(args...)
	h.run("init", "--iss", d.url, "--aud", d.url)
	d.start()
	return d
}

// daemon is one that has not started yet.
func (h home) daemon(args ...string) *daemon {
	h.t.Helper()
	port := newPort(h.t)
	d := &daemon{home: h, url: "http://127.0.0.1:" + port, flags: append([]string{"--addr", "127.0.0.1:" + port}, args...)}
	d.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}
	h.t.Cleanup(func() {
		d.client.CloseIdleConnections()
		if d.serve != nil {
			d.serve.Process.Kill()
		}
	})
	return d
}

// start starts to serve, which nothing does at the moment.
func (d *daemon) start() {
	d.t.Helper()
	d.log, d.ended = new(bytes.Buffer), make(chan error, 1)
	d.serve = d.command(append([]string{"serve"}, d.flags...)...)
	d.serve.Stderr = d.log
	if err := d.serve.Start(); err != nil {
		d.t.Fatal(err)
	}
	serve, ended := d.serve, d.ended
	go func() { ended <- serve.Wait() }()
	if err := waitFor(d.url + "/readyz"); err != nil {
		d.serve.Process.Kill()
		<-d.ended
		d.t.Fatalf("%v\n%s", err, d.log)
	}
}

// kill kills the server.
func (d *daemon) kill() {
	d.serve.Process.Kill()
	<-d.ended
}

// status is what /protected answers to a token; 0 for none.
func (d *daemon) status(raw string) int {
	d.t.Helper()
	r, err := http.NewRequest("GET", d.url+"/protected", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+raw)
	return d.do(r).status
}

func (d *daemon) login(name string) reply {
	r, err := http.NewRequest("POST", d.url+"/login", strings.NewReader(`{"username":"`+name+`","password":"`+testPassword+`"}`))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return d.do(r)
}

// A reply is what came back for a request; nothing for one that got no answer.
type reply struct {
	status int
	retry  string
}

func (d *daemon) do(r *http.Request) reply {
	got, err := d.client.Do(r)
	if err != nil {
		return reply{}
	}
	defer got.Body.Close()
	io.Copy(io.Discard, got.Body)
	return reply{got.StatusCode, got.Header.Get("Retry-After")}
}

// becomes waits until a token gets this status, for longer than it may take.
func (d *daemon) becomes(what, raw string, want int) {
	d.t.Helper()
	got := 0
	for range 1500 {
		if got = d.status(raw); got == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	d.t.Errorf("%s: /protected answers %d, and %d was wanted", what, got, want)
}

// asks asks /protected again and again until stop, which returns how often each status came.
func (d *daemon) asks(raw string, at int) (stop func() map[int]int) {
	counts := map[int]int{}
	var mu sync.Mutex
	var ends []func()
	for range at {
		ends = append(ends, repeated(func() bool {
			got := d.status(raw)
			mu.Lock()
			defer mu.Unlock()
			counts[got]++
			return true
		}))
	}
	return func() map[int]int {
		for _, end := range ends {
			end()
		}
		return counts
	}
}

// unlike is how many of the answers have another status.
func unlike(counts map[int]int, want int) (n int) {
	for status, many := range counts {
		if status != want {
			n += many
		}
	}
	return n
}

// end sends SIGTERM, and wants a good end soon.
func (d *daemon) end() {
	d.t.Helper()
	d.client.CloseIdleConnections() // it waits for those on which nothing was asked yet
	d.serve.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-d.ended:
		if err != nil {
			d.t.Errorf("serve ended with %v\n%s", err, last(d.log.String(), 2000))
		}
	case <-time.After(20 * time.Second):
		d.t.Error("serve does not end")
	}
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }

// mints makes tokens by the command line.
func (d *daemon) mints(subject string, count int) []string {
	d.t.Helper()
	return strings.Fields(d.run("mint", "--sub", subject, "--count", fmt.Sprint(count)))
}

// An actor is the program act-on.
type actor struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func (h home) actor() *actor {
	h.t.Helper()
	bin, err := exec.LookPath("act-on")
	if err != nil {
		h.t.Fatal(err)
	}
	a := &actor{Cmd: exec.Command(bin)}
	a.Dir, a.Env = h.dir, h.command().Env
	if a.in, err = a.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	out, err := a.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	a.out = bufio.NewScanner(out)
	if err := a.Start(); err != nil {
		h.t.Fatal(err)
	}
	return a
}

// act has a line done, and tells how it went. What was killed answers nothing.
func (a *actor) act(format string, args ...any) string {
	fmt.Fprintf(a.in, format+"\n", args...)
	if !a.out.Scan() {
		return ""
	}
	return a.out.Text()
}

func (a *actor) done() {
	a.in.Close()
	a.Wait()
}

// mustAct wants it done.
func (a *actor) mustAct(t testing.TB, format string, args ...any) {
	t.Helper()
	if got := a.act(format, args...); got != "ok" {
		t.Errorf("%s: %q", fmt.Sprintf(format, args...), got)
	}
}
