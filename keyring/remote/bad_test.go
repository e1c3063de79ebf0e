package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// What is no set of public keys has a sentence of its own, is asked for once, and leaves nothing behind.
func TestBadAnswers(t *testing.T) {
	private, err := keyring.MarshalJWK(newKey(t, "a"), true)
	if err != nil {
		t.Fatal(err)
	}
	one := strings.TrimSuffix(strings.TrimPrefix(setOf(t, "a"), `{"keys":[`), "]}")
	secret := `{"kty":"oct","alg":"HS256","kid":"s","k":"` + strings.Repeat("A", 43) + `"}`
	for _, c := range []struct{ name, body, says string }{
		{"page", "<!DOCTYPE html><title>Log in</title>", "key set refused: an HTML page"},
		{"empty", "", "nothing in it"},
		{"array", "[" + one + "]", "a JSON array"},
		{"one key", one, "one JWK, and a JWK Set is an object"},
		{"pem", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----", "PEM, and a JWK Set is wanted"},
		{"metadata", `{"issuer":"x","jwks_uri":"y"}`, "an issuer's metadata"},
		{"half", setOf(t, "a")[:40], "no valid JSON object"},
		{"two values", setOf(t, "a") + "{}", "something after the JSON object"},
		{"no array", `{"keys":{}}`, `member "keys" is not an array`},
		{"no keys", `{"keys":[]}`, "it is empty"},
		{"two equal kids", `{"keys":[` + one + "," + one + `]}`, `the kid "a" stands twice`},
		{"secret", `{"keys":[` + secret + `]}`, "a secret in it, which nobody may publish"},
		{"secret among public keys", `{"keys":[` + one + "," + secret + `]}`, "a secret in it, which nobody may publish"},
		{"private key", `{"keys":[` + string(private) + `]}`, "a private key in it, which nobody may publish"},
		{"half of another, to be computed with", `{"keys":[` + strings.TrimSuffix(one, "}") + `,"d":"AQ"}]}`, "a private key in it, which nobody may publish"},
		{"nothing of use", `{"keys":[{"kty":"RSA","use":"enc"}]}`, "none of its 1 keys can be used"},
		{"binary", "\x1f\x8b\x08\x00", "a binary file"},
		{"one byte too long", strings.Repeat(" ", keyring.MaxLength+1), "more than 512 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t)
			client, _ := o.client(t)
			o.show("/jwks", c.body, "max-age=300")
			k, err := o.source(t, client, "/jwks").Key(context.Background(), "a")
			if k != nil || !errors.Is(err, ErrUnavailable) || errors.Is(err, token.ErrUnknownKey) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, %v; want %q", k, err, c.says)
			}
			if n := o.count("/jwks"); n != 1 {
				t.Errorf("asked %d times", n)
			}
			wantNoCopy(t, client)
		})
	}
}

// Servers that do not answer as they should.
func TestBadServers(t *testing.T) {
	elsewhere := newOrigin(t)
	elsewhere.show("/jwks", setOf(t, "a"), "")
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); fmt.Fprint(w, setOf(t, "a")) }
	}
	for _, c := range []struct {
		name string
		page http.HandlerFunc
		says string
	}{
		{"missing", answer(404), "status 404 Not Found"},
		{"broken", answer(503), "status 503 Service Unavailable"},
		{"no content", answer(204), "status 204 No Content"},
		{"redirect to another host", http.RedirectHandler(elsewhere.URL+"/jwks", http.StatusFound).ServeHTTP, "a redirect to another host"},
		{"redirect to plain http", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+"/jwks", http.StatusTemporaryRedirect)
		}, "a redirect to another host"},
		{"redirect to a file", http.RedirectHandler("file:///etc/passwd", http.StatusFound).ServeHTTP, "a redirect to another host"},
		{"redirect in a circle", http.RedirectHandler("/jwks", http.StatusFound).ServeHTTP, "more than 3 redirects"},
		{"redirect to nowhere", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }, "302"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"keys":[`)
		}, "unexpected EOF"},
		{"header without end", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("a", 2*maxHeader))
		}, "header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t)
			client, _ := o.client(t)
			client.rootCAs.AddCert(elsewhere.Certificate())
			o.handle("/jwks", c.page)
			_, err := o.source(t, client, "/jwks").Key(context.Background(), "a")
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %q", err, c.says)
			}
			wantNoCopy(t, client)
		})
	}
	if n := elsewhere.count("/jwks"); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
}

func TestRedirectOnTheSameHost(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	o.handle("/jwks", http.RedirectHandler("/keys/1", http.StatusMovedPermanently).ServeHTTP)
	o.show("/keys/1", setOf(t, "a"), "")
	if _, err := o.source(t, client, "/jwks").Key(context.Background(), "a"); err != nil {
		t.Fatal(err)
	}
}

// A gigabyte is not read to its end: the server gets rid of what is read and what lies in buffers on the way.
func TestEndlessAnswer(t *testing.T) {
	for _, page := range []struct {
		name   string
		length string
	}{{"of known length", "1000000000"}, {"of unknown length", ""}} {
		t.Run(page.name, func(t *testing.T) {
			written := make(chan int, 1)
			o := newOrigin(t)
			o.handle("/jwks", func(w http.ResponseWriter, _ *http.Request) {
				if page.length != "" {
					w.Header().Set("Content-Length", page.length)
				}
				n, err := fmt.Fprint(w, `{"keys":[`)
				for chunk := make([]byte, 64<<10); err == nil && n < 1e9; {
					var more int
					more, err = w.Write(chunk)
					n += more
				}
				written <- n
			})
			client, _ := o.client(t)
			_, err := o.source(t, client, "/jwks").Key(context.Background(), "a")
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "more than 512 KiB") {
				t.Error(err)
			}
			if n := <-written; n > 32<<20 {
				t.Errorf("the server could write %d bytes", n)
			}
		})
	}
}

// The time is for everything together: three answers of which each would be in time are too late.
func TestSlowServer(t *testing.T) {
	o := newOrigin(t)
	slowly := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(80 * time.Millisecond)
			if body == "" {
				http.NotFound(w, r)
			}
			fmt.Fprint(w, body)
		}
	}
	o.handle(openidPath, slowly(""))
	o.handle(oauthPath, slowly(metadata(o.URL, o.URL+"/jwks")))
	o.handle("/jwks", slowly(setOf(t, "a")))
	client, _ := o.client(t)
	if got := client.timeout(); got != 10*time.Second {
		t.Errorf("%v where nobody says", got)
	}
	client.Timeout = 200 * time.Millisecond
	s, err := client.Issuer(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Key(context.Background(), "a"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "no whole answer within 200ms") {
		t.Error(err)
	}
}

// A server that hangs, before or within its answer, is left after the time for everything.
func TestHangingServer(t *testing.T) {
	for name, begin := range map[string]string{"at once": "", "in the middle": `{"keys":[`} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.handle("/jwks", func(w http.ResponseWriter, r *http.Request) {
				if begin != "" {
					fmt.Fprint(w, begin)
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})
			client, _ := o.client(t)
			client.Timeout = 200 * time.Millisecond
			_, err := o.source(t, client, "/jwks").Key(context.Background(), "a")
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "no whole answer within 200ms") {
				t.Error(err)
			}
		})
	}
}
