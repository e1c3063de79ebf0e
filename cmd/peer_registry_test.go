package cmd

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// registryLetsIn are the flaws that a registry lets in, and why: the signature is good in each, and what is wrong is nothing
// that it looks at.
var registryLetsIn = map[string]string{
	"iat-future":     "iat is read and not compared",
	"typ-refresh":    "typ is not looked at: issuer and audience alone tell what a token is for",
	"typ-number":     "nor is its type",
	"invalid-utf8":   "its JSON decoder puts U+FFFD there, and the claim is none that it looks at",
	"lone-surrogate": "the same",
	"deep-nesting":   "its JSON decoder goes to any depth, and the claim is none that it looks at",
	"spare-bits":     "go-jose decodes base64url without Strict: the bits of the signature are the same",
	"oversized":      "a header of net/http may have 1 MiB",
}

// TestRegistry has a registry of images judge each flaw, with the JWK Set of a store.
func TestRegistry(t *testing.T) {
	peer(t, "registry")
	for _, alg := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			h := newHome(t)
			h.run("init", "--alg", alg, "--iss", makerIssuer, "--aud", makerAudience)
			r := newRegistry(t, h)
			const access = `access:=[{"type":"repository","name":"a/b","actions":["pull"]}]`
			judge{"registry", r.refuses, map[string]string{"expired": "invalid_token"}}.alone(t, phase{questions: h.made("-c", access)})
			r.scope(t, h.run("mint", "--sub", "ada", "-c", access))
			r.flaws(t, h.run("mint", "--sub", "ada", "-c", access, "--flaw", "all", "--json"))
		})
	}
}

// A registry is one that runs, at an address of its own.
type registry struct{ addr string }

func newRegistry(t *testing.T, h home) registry {
	t.Helper()
	h.run("keys", "export", "--out", "jwks.json")
	port := newPort(t)
	fillIn(t, h, "registry.yml", map[string]any{
		"Port": port, "Secret": testPassword, "Audience": makerAudience, "Issuer": makerIssuer, "Keys": h.path("jwks.json"),
	})
	c := exec.Command("registry", "serve", "registry.yml")
	c.Dir = h.dir
	background(t, c, h.path("registry.log"), func(error) {})
	r := registry{"127.0.0.1:" + port}
	if err := waitFor("http://" + r.addr + "/"); err != nil {
		t.Fatal(err)
	}
	return r
}

// get asks with the token as it is, line ends and all, which an HTTP client would not send.
func (r registry) get(t *testing.T, path, raw string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", path, r.addr, raw); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// refuses is the status and the challenge of a refusal.
func (r registry) refuses(t *testing.T, raw string) string {
	t.Helper()
	answer := r.get(t, "/v2/", raw)
	switch status := answer.StatusCode; {
	case status == http.StatusOK:
		return ""
	case status == http.StatusUnauthorized:
		return strings.TrimSpace(answer.Status + " " + answer.Header.Get("WWW-Authenticate"))
	case status == http.StatusBadRequest && strings.Contains(raw, "\n"): // what comes after it is no header
		return answer.Status
	}
	t.Errorf("neither yes nor no: %s", answer.Status)
	return answer.Status
}

// scope asks for a repository that the token is for, which is empty, and for another one.
func (r registry) scope(t *testing.T, raw string) {
	t.Helper()
	if answer := r.get(t, "/v2/a/b/tags/list", raw); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the repository of the token: %s", answer.Status)
	}
	answer := r.get(t, "/v2/a/c/tags/list", raw)
	if why := answer.Header.Get("WWW-Authenticate"); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(why, "insufficient_scope") {
		t.Errorf("another repository: %s %s", answer.Status, why)
	}
}

// flaws holds the registry to refuse each token of the lines of mint --flaw, but for those of registryLetsIn.
func (r registry) flaws(t *testing.T, lines string) {
	t.Helper()
	letIn := map[string]string{}
	all, err := jsonLines[flawedJSON](lines)
	if err != nil || len(all) < 60 {
		t.Fatalf("only %d flaws: %v", len(all), err)
	}
	for _, flawed := range all {
		why := r.refuses(t, flawed.Token)
		if why == "" {
			letIn[flawed.Flaw] = registryLetsIn[flawed.Flaw]
		}
		t.Logf("%s: %s", flawed.Flaw, why)
	}
	if diff := cmp.Diff(registryLetsIn, letIn); diff != "" {
		t.Errorf("what is let in differs from what is known (-known +seen):\n%s", diff)
	}
}
