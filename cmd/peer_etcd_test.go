package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// An etcdServer is one of its own, with accounts, whose tokens are JWTs.
type etcdServer struct{ url string }

// TestEtcd gives etcd the key of a store: jotkit reads the tokens of its logins, which have neither issuer, audience,
// subject nor kid, and etcd those of jotkit.
func TestEtcd(t *testing.T) {
	peer(t, "etcd")
	for _, alg := range []string{"RS256", "ES256"} {
		t.Run(alg, func(t *testing.T) {
			h := newHome(t)
			h.run("init", "--alg", alg)
			e := newEtcd(t, h, alg)
			raw := e.login(t)
			etcdMade(t, h, raw)
			e.ours(t, h, h.run("decode", "--field", "revision", raw))
		})
	}
}

// newEtcd starts one that signs with the active key of the store in the home, and has no user but root.
func newEtcd(t *testing.T, h home, alg string) etcdServer {
	t.Helper()
	h.run("keys", "export", "2", "--format", "pem", "--out", "next.pub")
	h.run("keys", "export", "1", "--format", "pem", "--out", "etcd.pub")
	h.run("keys", "export", "1", "--format", "pem", "--private", "--reveal", "--out", "etcd.key")
	client, member := "http://127.0.0.1:"+newPort(t), "http://127.0.0.1:"+newPort(t)
	c := exec.Command("etcd", "--name", "one", "--data-dir", h.path("etcd"),
		"--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", member, "--initial-advertise-peer-urls", member, "--initial-cluster", "one="+member,
		"--auth-token", "jwt,pub-key=etcd.pub,priv-key=etcd.key,ttl=10m,sign-method="+alg)
	c.Dir = h.dir
	background(t, c, h.path("etcd.log"), func(error) {})
	e := etcdServer{client}
	if err := waitFor(e.url + "/health"); err != nil {
		t.Fatal(err)
	}
	for _, do := range [][2]string{
		{"auth/user/add", fmt.Sprintf(`{"name":"root","password":%q}`, testPassword)},
		{"auth/role/add", `{"name":"root"}`},
		{"auth/user/grant", `{"user":"root","role":"root"}`},
		{"auth/enable", `{}`},
	} {
		if answer := e.ask(t, do[0], do[1], ""); answer.Error != "" {
			t.Fatalf("%s: %s", do[0], answer.Error)
		}
	}
	return e
}

// An etcdAnswer is what is of interest in an answer: there is an error or there is none.
type etcdAnswer struct{ Token, Error string }

// ask calls a method of the JSON gateway, which wants the bare token in the header.
func (e etcdServer) ask(t *testing.T, method, body, raw string) (a etcdAnswer) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.url+"/v3/"+method, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if raw != "" {
		r.Header.Set("Authorization", raw)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil || (answer.StatusCode == http.StatusOK) != (a.Error == "") {
		t.Fatalf("%s: %s, %v: %s", method, answer.Status, err, text)
	}
	return a
}

// login is that of root.
func (e etcdServer) login(t *testing.T) string {
	t.Helper()
	answer := e.ask(t, "auth/authenticate", fmt.Sprintf(`{"name":"root","password":%q}`, testPassword), "")
	if answer.Error != "" {
		t.Fatal(answer.Error)
	}
	return answer.Token
}

// etcdMade holds jotkit to its verdicts on a token of a login.
func etcdMade(t *testing.T, h home, raw string) {
	t.Helper()
	verify := func(status int, more ...string) string {
		return h.exits(status, append([]string{"verify", raw, "--field", "username"}, more...)...)
	}
	if name := verify(0, "--key", "etcd.pub"); name != "root" {
		t.Errorf("username %q", name)
	}
	verify(17, "--key", "etcd.pub", "--min-ttl", "11m")
	verify(14, "--key", "etcd.pub", "--iss", makerIssuer)
	verify(14, "--key", "etcd.pub", "--aud", makerAudience)
	verify(12, "--key", "etcd.pub", "--at", "now+11m")
	verify(11, "--key", "next.pub")
}

// ours asks etcd for a range with tokens of jotkit. etcd looks at the signature, exp, username and revision: that of its
// accounts, so that a token made before they changed is refused.
func (e etcdServer) ours(t *testing.T, h home, revision string) {
	t.Helper()
	const invalid = "invalid auth token"
	mint := func(more ...string) string {
		return h.run(append([]string{"mint", "--sub", "root", "-c", "username=root", "-c", "revision:=" + revision}, more...)...)
	}
	good, expired := mint(), mint("--iat", "now-2h", "--exp", "now-1h")
	for _, c := range []struct{ name, raw, why string }{
		{"good", good, ""},
		{"none", "", "user name is empty"},
		{"expired", expired, invalid},
		{"signed with the key that is not active yet", mint("--kid", "2"), invalid},
		{"altered", altered(good, expired), invalid},
		{"of an older revision", h.run("mint", "--sub", "root", "-c", "username=root", "-c", "revision:=1"), "revision of auth store is old"},
	} {
		why := e.ask(t, "kv/range", `{"key":"YQ=="}`, c.raw).Error
		if (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: said %q, want %q", c.name, why, c.why)
		}
	}
}
