package cmd

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"text/template"
)

// A proxy stands before a service, which it tells who is there.
type proxy struct {
	config  string   // a template in testdata/interop
	header  string   // in which the service is told
	command []string // which finds the configuration, filled in, in its working directory
	url     string   // where the proxy answers
}

// start starts the service and the proxy. fill is what the configuration needs beside the port, the URL of serve, the address
// of the service and the directory.
func (p *proxy) start(t *testing.T, s *serving, fill map[string]any) {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s", strings.Join(r.Header.Values(p.header), ", "))
	}))
	t.Cleanup(service.Close)
	port := newPort(t)
	fill["Port"], fill["URL"], fill["Dir"] = port, s.url, s.dir
	fill["Backend"] = strings.TrimPrefix(service.URL, "http://")
	fillIn(t, s.home, p.config, fill)
	c := exec.Command(p.command[0], p.command[1:]...)
	c.Dir = s.dir
	background(t, c, s.path(port+".log"), func(error) {})
	p.url = "http://127.0.0.1:" + port
	if err := waitFor(p.url + "/ready"); err != nil {
		t.Fatal(err)
	}
}

// fillIn writes the template of that name into the home, filled in.
func fillIn(t *testing.T, h home, name string, fill map[string]any) {
	t.Helper()
	config, err := template.ParseFiles("../testdata/interop/" + name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(h.path(name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := config.Option("missingkey=error").Execute(file, fill); err != nil {
		t.Fatal(err)
	}
}

// refuses is the status, the challenge and the cause of a refusal, as far as there are any. Who asks says that root is there:
// the service must not hear of it.
func (p *proxy) refuses(t *testing.T, raw string) string {
	t.Helper()
	answer, body := get(t, p.url+"/", raw, p.header, "root")
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return strings.TrimSpace(answer.Status + " " + answer.Header.Get("WWW-Authenticate") + answer.Header.Get("Why"))
	case http.StatusOK:
		if body != "hello ada" {
			t.Errorf("the service was told %q", body)
		}
		return ""
	}
	t.Errorf("neither yes nor no: %s\n%s", answer.Status, body)
	return answer.Status
}
