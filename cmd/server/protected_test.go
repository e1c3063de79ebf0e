package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
)

// badTokens are tokens of every kind that must be refused, by what is wrong with them.
func (w *world) badTokens(t *testing.T) map[string]string {
	t.Helper()
	good := w.token(t, "ada")
	foreign := start(t).token(t, "ada")
	revoked := w.token(t, "ada")
	if _, err := w.RevokeToken(t.Context(), revoked, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	expired := w.mint(t, authority.MintRequest{Draft: token.Draft{
		Subject: "ada", IssuedAt: w.clock().Add(-2 * time.Hour), ExpiresAt: w.clock().Add(-time.Hour)}})
	elsewhere := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada", Audience: []string{"elsewhere"}}})
	refresh := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada", Type: "refresh+jwt"}})
	bad := map[string]string{
		"malformed": "a.b.c", "one part": "abc", "nothing in it": "..", "expired": expired, "revoked": revoked, "foreign": foreign,
		"for elsewhere": elsewhere, "of another type": refresh, "cut": good[:len(good)-4], "altered": altered(good),
		"17 KiB": strings.Repeat("a", 17<<10), "17 KiB that begins well": good + strings.Repeat("a", 17<<10),
		"60 KiB": strings.Repeat("a", 60<<10), "a refresh token": "jkr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"none": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.", "encrypted": "a.b.c.d.e",
	}
	for what, raw := range bad {
		if len(raw) > 30 {
			w.secrets = append(w.secrets, raw)
		} else if what == "" {
			t.Fatal("no name")
		}
	}
	return bad
}

func altered(raw string) string {
	at := len(raw) - 10
	other := byte('A')
	if raw[at] == other {
		other = 'B'
	}
	return raw[:at] + string(other) + raw[at+1:]
}

// TestBadTokens: on every route that wants a token, every bad one gets 401 and a challenge, and all of them the same.
func TestBadTokens(t *testing.T) {
	w := start(t)
	bad := w.badTokens(t)
	for _, path := range []string{"/protected", "/admin", "/auth", "/auth?role=admin&scope=x"} {
		for what, raw := range bad {
			got := w.get(t, path, bearer(raw))
			if got.status != http.StatusUnauthorized || got.member(t, "error") != "invalid_token" ||
				!strings.Contains(got.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
				t.Errorf("%s with a token that is %s: %d %v %s", path, what, got.status, got.header, got.text)
			}
			if strings.Contains(got.text, what) || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v %s", what, got.header, got.text)
			}
		}
		for what, all := range map[string][]with{
			"none":           nil,
			"another scheme": {header("Authorization", "Basic YWRhOng=")},
			"no scheme":      {header("Authorization", w.token(t, "ada"))},
		} {
			got := w.get(t, path, all...)
			if got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") != `Bearer realm="jotkit"` {
				t.Errorf("%s with %s: %d %v", path, what, got.status, got.header)
			}
		}
		empty := w.get(t, path, header("Authorization", "Bearer "))
		if empty.status != http.StatusUnauthorized || empty.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s with an empty token: %d %v", path, empty.status, empty.header)
		}
		good := w.token(t, "ada", "admin")
		for what, got := range map[string]answer{
			"in the URL":         w.get(t, path+sep(path)+"access_token="+good),
			"in the URL as well": w.get(t, path+sep(path)+"access_token="+good, bearer(good)),
			"twice":              w.get(t, path, bearer(good), bearer(good)),
		} {
			if got.status != http.StatusUnauthorized || got.member(t, "error") != "invalid_request" {
				t.Errorf("%s with a token %s: %d %s", path, what, got.status, got.text)
			}
		}
	}
}

func sep(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// TestProtected: what good tokens get.
func TestProtected(t *testing.T) {
	w := start(t)
	user, admin := w.token(t, "ada", "user"), w.token(t, "bob", "user", "admin")
	scoped := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "svc", Scopes: []string{"read", "write"}}})
	for _, c := range []struct {
		path, raw string
		want      int
	}{
		{"/protected", user, 200}, {"/protected", admin, 200}, {"/admin", user, 403}, {"/admin", admin, 200},
		{"/auth", user, 204}, {"/auth?role=admin", user, 403}, {"/auth?role=admin", admin, 204},
		{"/auth?role=admin&role=user", admin, 204}, {"/auth?role=admin&role=other", admin, 403}, {"/auth?role=", admin, 403},
		{"/auth?scope=read", scoped, 204}, {"/auth?scope=read&scope=write", scoped, 204}, {"/auth?scope=read&role=user", scoped, 403},
		{"/auth?scope=read%20write", scoped, 403}, {"/auth?scope=admin", scoped, 403},
		{"/auth?roles=admin", admin, 403}, {"/auth?Role=admin", admin, 403}, {"/auth?role=admin;x=1", admin, 403},
		{"/auth?role=a%zz", admin, 403}, {"/auth?role=admin&other", admin, 403}, {"/auth?", user, 204},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			got := w.send(t, method, c.path, "", bearer(c.raw))
			if got.status != c.want {
				t.Errorf("%s %s: %d %s, want %d", method, c.path, got.status, got.text, c.want)
			}
			if method == "HEAD" && got.text != "" {
				t.Errorf("HEAD %s has a body", c.path)
			}
			if c.want == 403 && !strings.Contains(got.header.Get("WWW-Authenticate"), "insufficient_scope") {
				t.Errorf("%s %s: %v", method, c.path, got.header)
			}
		}
	}
	got := w.get(t, "/protected", bearer(user))
	if got.member(t, "username") != "ada" || got.header.Get("Cache-Control") != "private" || got.header.Get("Vary") != "Authorization" {
		t.Errorf("%v %s", got.header, got.text)
	}
}

// TestAuthHeaders: what a proxy passes on cannot be split by a subject.
func TestAuthHeaders(t *testing.T) {
	w := start(t)
	for subject, want := range map[string]string{
		"ada": "ada", "ada@example.com": "ada@example.com", "ada\r\nX-Admin: yes": "ada%0D%0AX-Admin:%20yes", "ada\n": "ada%0A",
		"jürgen": "j%C3%BCrgen", "a\x00b": "a%00b", "100%": "100%25",
	} {
		got := w.get(t, "/auth", bearer(w.token(t, subject)))
		if got.status != http.StatusNoContent || got.header.Get("X-Auth-User") != want || got.header.Get("X-Admin") != "" {
			t.Errorf("%q: %d %v", subject, got.status, got.header)
		}
	}
}

// TestMethods: a route answers to its method, and to HEAD beside GET.
func TestMethods(t *testing.T) {
	w := start(t)
	for path, allow := range map[string]string{
		"/register": "POST", "/login": "POST", "/refresh": "POST", "/logout": "POST", "/introspect": "POST", "/revoke": "POST",
		"/protected": "GET, HEAD", "/admin": "GET, HEAD", "/auth": "GET, HEAD", "/healthz": "GET, HEAD", "/readyz": "GET, HEAD",
		"/.well-known/jwks.json": "GET, HEAD", "/.well-known/oauth-authorization-server": "GET, HEAD",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"} {
			if strings.Contains(allow, method) {
				continue
			}
			got := w.send(t, method, path, "")
			if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != allow {
				t.Errorf("%s %s: %d, allow %q", method, path, got.status, got.header.Get("Allow"))
			}
		}
	}
	for _, path := range []string{"/nothing", "/protected/", "/metrics", "/%00", "/.well-known/" + url.PathEscape("../admin")} {
		if got := w.get(t, path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

// TestRevokedAtOnce: what another authority revokes is refused by the next request.
func TestRevokedAtOnce(t *testing.T) {
	w := start(t)
	for range 20 {
		raw := w.token(t, "ada")
		if got := w.get(t, "/protected", bearer(raw)); got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.text)
		}
		if _, err := w.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
		if got := w.get(t, "/protected", bearer(raw)); got.status != http.StatusUnauthorized {
			t.Errorf("after it was revoked: %d", got.status)
		}
	}
}
