package cmd

import (
	"net/http"
	"strings"
	"testing"
)

// TestOAuth4WebAPI discovers, validates, introspects, revokes and refreshes with oauth4webapi.
func TestOAuth4WebAPI(t *testing.T) {
	node(t)
	s := newServing(t)
	s.register("ada", "user")
	s.registerService("watch")
	d := newNode(t, s.home, "oauth4webapi.mjs", s.url, s.url, "watch", servicePassword)
	validate := judge{"validateJwtAccessToken", d.refuses("validate"), map[string]string{
		"expired": `"exp" (expiration time)`, "for another audience": `"aud"`, "HS-confused": `"alg" header parameter`,
	}}
	causes := map[string]string{
		"expired": "inactive", "for another audience": "aud other", "HS-confused": "inactive", "revoked": "inactive",
	}
	basic := judge{"introspection, client_secret_basic", d.refuses("basic"), causes}
	post := judge{"introspection, client_secret_post", d.refuses("post"), causes}
	for ph := range s.phases() {
		d.forget(t, ph)
		validate.alone(t, ph)
		basic.asking(t, ph)
		post.asking(t, ph)
	}
	t.Run("revoke", func(t *testing.T) { clientRevokes(t, s, d) })
	t.Run("refresh", func(t *testing.T) { clientRefreshes(t, s, d) })
}

func clientRevokes(t *testing.T, s *serving, d dialog) {
	raw := s.login("ada").Access
	if answer := d.ask(t, "basic "+raw); answer != "accepted ada" {
		t.Errorf("%q before it is revoked", answer)
	}
	if answer := d.ask(t, "revoke "+raw); answer != "done" {
		t.Errorf("answer %q", answer)
	}
	if answer := d.ask(t, "basic "+raw); answer != "refused inactive" {
		t.Errorf("%q after it was revoked", answer)
	}
	if answer, _ := get(t, s.url+"/protected", raw); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s after it was revoked", answer.Status)
	}
}

func clientRefreshes(t *testing.T, s *serving, d dialog) {
	first := s.login("ada")
	answer := strings.Fields(d.ask(t, "refresh "+first.Refresh))
	if len(answer) != 3 || answer[0] != "done" {
		t.Fatalf("answer %q", answer)
	}
	if answer[1] == first.Access || answer[2] == first.Refresh {
		t.Error("the same tokens again")
	}
	if said := d.ask(t, "validate "+answer[1]); said != "accepted ada" {
		t.Errorf("the new token: %q", said)
	}
	if said := d.ask(t, "refresh "+answer[1]); !strings.Contains(said, "invalid_grant") {
		t.Errorf("an access token to refresh with: %q", said)
	}
}
