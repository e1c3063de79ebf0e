package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

var formRoutes = []string{"/register", "/login", "/refresh", "/logout", "/introspect", "/revoke"}

// TestBodies: every body that cannot be read is the caller's fault, and none is 422 or 500.
func TestBodies(t *testing.T) {
	w := start(t)
	const plain = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		kind, body string
		want       int
	}{
		"nothing":                {"", "", 400},
		"text":                   {"text/plain", "username=ada", 415},
		"multipart":              {"multipart/form-data; boundary=x", "--x--", 415},
		"no media type":          {";;;", "{}", 415},
		"not JSON":               {"application/json", "username=ada", 400},
		"an array":               {"application/json", "[]", 400},
		"null":                   {"application/json", "null", 400},
		"nothing as JSON":        {"application/json", "", 400},
		"cut JSON":               {"application/json", `{"username":"ada"`, 400},
		"two objects":            {"application/json", `{}{}`, 400},
		"a member twice":         {"application/json", `{"username":"ada","username":"bob","token":"x","refresh_token":"x"}`, 400},
		"deep":                   {"application/json", `{"x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, 400},
		"no UTF-8":               {"application/json", "{\"username\":\"\xff\"}", 400},
		"numbers":                {"application/json", `{"username":1,"password":2,"token":3,"refresh_token":4}`, 400},
		"nothing of it":          {"application/json", `{}`, 400},
		"JSON as a form":         {plain, `{"username":"ada"}`, 400},
		"a parameter twice":      {plain, "username=a&username=b&password=x", 400},
		"twice and not asked":    {plain, "x=a&x=b", 400},
		"a bad escape":           {plain, "username=%zz", 400},
		"semicolons":             {plain, "username=a;password=b", 400},
		"an empty form":          {plain, "", 400},
		"65 KiB of a form":       {plain, "username=" + strings.Repeat("a", 65<<10), 413},
		"65 KiB of JSON":         {"application/json", `{"username":"` + strings.Repeat("a", 65<<10) + `"}`, 413},
		"65 KiB of another kind": {"text/plain", strings.Repeat("a", 65<<10), 413},
	} {
		for _, path := range formRoutes {
			want := c.want
			if want == 400 && (path == "/introspect" || path == "/revoke") && (name == "numbers" || strings.HasPrefix(name, "nothing") || name == "an empty form") {
				want = 401 // who asks comes first, or what is missing
				if path == "/revoke" {
					want = 400
				}
			}
			got := w.send(t, "POST", path, c.body, header("Content-Type", c.kind))
			if got.status != want || got.member(t, "error") == nil {
				t.Errorf("%s, %s: %d %s, want %d", path, name, got.status, got.text, want)
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s, %s: may be cached", path, name)
			}
		}
	}
}

// TestContentTypes: parameters of the media type do not matter, nor does its case.
func TestContentTypes(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	for _, c := range [][2]string{
		{"application/json", `{"username":"ada","password":"` + password + `"}`},
		{"Application/JSON; charset=utf-8", `{"username":"ada","password":"` + password + `","other":[1,{}]}`},
		{"application/x-www-form-urlencoded", "username=ada&password=" + strings.ReplaceAll(password, " ", "+")},
		{"application/x-www-form-urlencoded;charset=UTF-8", "username=ada&other=&password=" + strings.ReplaceAll(password, " ", "%20")},
	} {
		got := w.send(t, "POST", "/login", c[1], header("Content-Type", c[0]))
		if got.status != http.StatusOK || got.member(t, "token_type") != "Bearer" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", c[0], got.status, got.text)
		}
		w.secrets = append(w.secrets, got.member(t, "access_token").(string))
	}
}

// TestLargeBodies: a body that is too large is not read, and its connection is closed.
func TestLargeBodies(t *testing.T) {
	w := start(t)
	const gigabyte = 1 << 30
	for name, c := range map[string]struct{ header, frame string }{
		"with its length": {fmt.Sprintf("Content-Length: %d", gigabyte), strings.Repeat("a", 1000)},
		"in chunks":       {"Transfer-Encoding: chunked", "3e8\r\n" + strings.Repeat("a", 1000) + "\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c0, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c0.Close()
			c0.(*net.TCPConn).SetWriteBuffer(4 << 10)
			fmt.Fprintf(c0, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n\r\n", c.header)
			var sent atomic.Int64
			done := make(chan struct{})
			go func() { // until the server hangs up
				defer close(done)
				for range gigabyte / 1000 {
					n, err := io.WriteString(c0, c.frame)
					if sent.Add(int64(n)); err != nil {
						return
					}
				}
			}()
			got, err := http.ReadResponse(bufio.NewReader(c0), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.StatusCode != http.StatusRequestEntityTooLarge || !got.Close {
				t.Errorf("%d, to be closed: %v", got.StatusCode, got.Close)
			}
			<-done
			if n := sent.Load(); n > 8<<20 { // with what lies in the buffers of the system
				t.Errorf("%d bytes were taken", n)
			}
		})
	}
}

// A counting is a body without end, that counts what is read of it.
type counting struct{ n int }

func (c *counting) Read(b []byte) (int, error) {
	c.n += len(b)
	return copy(b, bytes.Repeat([]byte("a"), len(b))), nil
}
func (c *counting) Close() error { return nil }

// TestReadOfBodies: of a body without end little more than 64 KiB is read, and of one that says that it is too long nothing.
func TestReadOfBodies(t *testing.T) {
	w := start(t)
	for _, path := range formRoutes {
		body := &counting{}
		got := w.direct(t, w.server.Handler(), "127.0.0.1:1", "POST", path, "", asForm, func(r *http.Request) { r.Body, r.ContentLength = body, -1 })
		if got.status != http.StatusRequestEntityTooLarge || body.n > 128<<10 {
			t.Errorf("%s: %d, and %d bytes were read", path, got.status, body.n)
		}
		body = &counting{}
		got = w.direct(t, w.server.Handler(), "127.0.0.1:1", "POST", path, "", asForm, func(r *http.Request) { r.Body, r.ContentLength = body, 1<<30 })
		if got.status != http.StatusRequestEntityTooLarge || body.n != 0 {
			t.Errorf("%s, with a length: %d, and %d bytes were read", path, got.status, body.n)
		}
	}
}

// TestCrossOrigin: the page of another origin can send no form here.
func TestCrossOrigin(t *testing.T) {
	w := start(t)
	const form = "username=ada&password=x"
	for name, c := range map[string]struct {
		all  []with
		want int
	}{
		"of this origin": {[]with{header("Sec-Fetch-Site", "same-origin")}, 401},
		"typed":          {[]with{header("Sec-Fetch-Site", "none")}, 401},
		"no browser":     {nil, 401},
		"of another":     {[]with{header("Sec-Fetch-Site", "cross-site")}, 403},
		"of a sibling":   {[]with{header("Sec-Fetch-Site", "same-site")}, 403},
		"an old browser": {[]with{header("Origin", "https://evil.example")}, 403},
	} {
		if got := w.send(t, "POST", "/login", form, append(c.all, asForm)...); got.status != c.want {
			t.Errorf("%s: %d, want %d", name, got.status, c.want)
		}
	}
	if got := w.get(t, "/protected", bearer(w.token(t, "ada")), header("Sec-Fetch-Site", "cross-site")); got.status != 200 {
		t.Errorf("reading from another origin: %d", got.status)
	}
}
