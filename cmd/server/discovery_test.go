package server_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/cmd/server"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// TestJWKS: whoever reads the keys can verify, before a rotation and after it, and learns no private part.
func TestJWKS(t *testing.T) {
	w := start(t)
	good := w.token(t, "ada")
	before := w.get(t, "/.well-known/jwks.json")
	tag := before.header.Get("ETag")
	if before.status != 200 || tag == "" || before.header.Get("Cache-Control") != "public, max-age=300" ||
		before.header.Get("Content-Type") != "application/json" || strings.Contains(before.text, `"d"`) {
		t.Errorf("%d %v %s", before.status, before.header, before.text)
	}
	same := w.get(t, "/.well-known/jwks.json", header("If-None-Match", tag))
	if same.status != http.StatusNotModified || same.text != "" || same.header.Get("ETag") != tag {
		t.Errorf("asked again: %d %v %q", same.status, same.header, same.text)
	}
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	after := w.get(t, "/.well-known/jwks.json", header("If-None-Match", tag))
	if after.status != 200 || after.header.Get("ETag") == tag {
		t.Errorf("after a rotation: %d %v", after.status, after.header)
	}
	fresh := w.token(t, "ada")
	for what, text := range map[string]string{"before": before.text, "after": after.text} {
		keys, err := keyring.Parse([]byte(text), keyring.ParseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		set, err := token.NewKeySet(keys...)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range []string{good, fresh} { // the one that waits is published before it signs
			if _, err := (&token.Verifier{Keys: set, Now: w.clock}).Verify(t.Context(), raw); err != nil {
				t.Errorf("by the keys from %s the rotation: %v", what, err)
			}
		}
	}
}

// TestMetadata: both documents, and what is in them is there.
func TestMetadata(t *testing.T) {
	w := start(t)
	if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "iss", Value: w.url + "/"}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"} {
		got := w.get(t, path)
		if got.status != 200 || got.member(t, "issuer") != w.url+"/" || got.header.Get("Cache-Control") != "public, max-age=300" {
			t.Errorf("%s: %d %v %s", path, got.status, got.header, got.text)
		}
		if again := w.get(t, path, header("If-None-Match", got.header.Get("ETag"))); again.status != http.StatusNotModified {
			t.Errorf("%s, asked again: %d", path, again.status)
		}
		for name, want := range map[string]int{"jwks_uri": 200, "token_endpoint": 405, "introspection_endpoint": 405, "revocation_endpoint": 405} {
			at, _ := got.member(t, name).(string)
			if there := w.get(t, strings.TrimPrefix(at, w.url)); !strings.HasPrefix(at, w.url) || there.status != want {
				t.Errorf("%s is %q, and there is %d", name, at, there.status)
			}
		}
	}
	if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "iss", Value: "me"}}); err != nil {
		t.Fatal(err)
	}
	if got := w.get(t, "/.well-known/openid-configuration"); got.status != http.StatusNotFound || got.member(t, "error") != "not_found" {
		t.Errorf("of an issuer that is no URL: %d %s", got.status, got.text)
	}
}

// TestStoreGoesAway: without the store there is 503 and when to come again, on every route that needs it; and all is well
// when it is back.
func TestStoreGoesAway(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.register(t, "svc", "service")
	good := w.token(t, "ada")
	const login = "username=ada&password=correct+horse+battery+staple"
	ask := func() map[string]answer {
		return map[string]answer{
			"/protected":  w.get(t, "/protected", bearer(good)),
			"nonsense":    w.get(t, "/protected", bearer("a.b.c")),
			"/auth":       w.get(t, "/auth", bearer(good)),
			"/login":      w.send(t, "POST", "/login", login, asForm),
			"/register":   w.send(t, "POST", "/register", strings.Replace(login, "ada", "eve", 1), asForm),
			"/introspect": w.send(t, "POST", "/introspect", "token="+good, asForm, basic("svc", password)),
			"/revoke":     w.send(t, "POST", "/revoke", "token=x", asForm, basic("svc", password)),
			"jwks":        w.get(t, "/.well-known/jwks.json"),
			"/readyz":     w.get(t, "/readyz"),
		}
	}
	for name, fault := range map[string]error{"gone": kv.ErrNoStore, "damaged": kv.ErrDamaged, "unforeseen": errors.New("the disk is on fire")} {
		w.store.fail(fault)
		if _, err := w.RevokeID(t.Context(), "another than "+name, authority.Revoke{}); err != nil { // so that it has to look
			t.Fatal(err)
		}
		for what, got := range ask() {
			if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "1" ||
				got.member(t, "error") != "temporarily_unavailable" {
				t.Errorf("%s, %s: %d %v %s", name, what, got.status, got.header, got.text)
			}
			if strings.Contains(got.text, "fire") {
				t.Errorf("%s tells strangers %s", what, got.text)
			}
		}
		if got := w.get(t, "/healthz"); got.status != 200 {
			t.Errorf("%s, /healthz: %d", name, got.status)
		}
		w.store.fail(nil)
		for what, got := range ask() {
			if got.status >= 500 {
				t.Errorf("back from %s, %s: %d %s", name, what, got.status, got.text)
			}
		}
		if got := w.get(t, "/protected", bearer(good)); got.status != 200 {
			t.Errorf("back from %s: %d", name, got.status)
		}
	}
}

// TestMetrics: numbers by route and status where they are asked for, and nothing of what strangers wrote.
func TestMetrics(t *testing.T) {
	w := start(t, func(s *server.Server) { s.Metrics = server.NewMetrics(s.Live) })
	w.get(t, "/protected", bearer(w.token(t, "ada")))
	w.get(t, "/protected", bearer("a.b.c"))
	w.get(t, "/secret-path-of-a-stranger")
	got := w.get(t, "/metrics")
	for _, want := range []string{
		`jotkit_requests_total{route="GET /protected",status="200"} 1`, `jotkit_requests_total{route="GET /protected",status="401"} 1`,
		`jotkit_requests_total{route="/",status="404"} 1`, "jotkit_logins_waiting 0", "jotkit_denied ", "jotkit_store_revision ", "jotkit_store_whole_reads_total 1\n",
		`jotkit_request_seconds_bucket{route="GET /protected",le="0.001"} 2`, `jotkit_request_seconds_bucket{route="GET /protected",le="+Inf"} 2`,
		`jotkit_request_seconds_count{route="GET /protected"} 2`,
	} {
		if !strings.Contains(got.text, want) {
			t.Errorf("no %s in %s", want, got.text)
		}
	}
	if strings.Contains(got.text, "stranger") || got.status != 200 {
		t.Errorf("%d %s", got.status, got.text)
	}
}
