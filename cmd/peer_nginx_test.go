package cmd

import (
	"net/http"
	"strings"
	"testing"
)

// TestNginx has nginx ask the server about each request, at /auth.
func TestNginx(t *testing.T) {
	peer(t, "nginx")
	s := newServing(t)
	front := proxy{config: "nginx.conf", header: "X-Auth-User",
		command: []string{"nginx", "-p", s.dir, "-e", "stderr", "-c", s.path("nginx.conf")}}
	front.start(t, s, map[string]any{})
	const told = `error="invalid_token"` // strangers are told no more
	nginx := judge{"nginx", front.refuses, map[string]string{
		"expired": told, "for another audience": told, "HS-confused": told, "revoked": told,
	}}
	for ph := range s.phases() {
		nginx.asking(t, ph)
	}

	user, admin := s.run("mint", "--sub", "ada", "-c", `roles:=["user"]`), s.run("mint", "--sub", "ada", "-c", `roles:=["admin"]`)
	for _, c := range []struct {
		path, raw string
		status    int
	}{
		{"/", "", http.StatusUnauthorized},
		{"/", "a.b.c", http.StatusUnauthorized},
		{"/", strings.Repeat("a", 7000), http.StatusUnauthorized},
		{"/?access_token=" + user, user, http.StatusOK}, // the server does not see the query
		{"/admin/", user, http.StatusForbidden},
		{"/admin/", admin, http.StatusOK},
	} {
		answer, _ := get(t, front.url+c.path, c.raw)
		if answer.StatusCode != c.status {
			t.Errorf("%s with %.40q: %s, want %d", c.path, c.raw, answer.Status, c.status)
		}
	}
}
