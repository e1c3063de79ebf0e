package bearer_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jotkit/token"
	"jotkit/token/bearer"
)

// The requests that RFC 6750 section 2 shows, as they stand there.
func TestRFC6750Requests(t *testing.T) {
	form := httptest.NewRequest(http.MethodPost, "/resource", strings.NewReader("access_token=mF_9.B5f-4.1JqM"))
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range []struct {
		section string
		r       *http.Request
		status  int
	}{
		{"2.1", request("/resource", "Bearer mF_9.B5f-4.1JqM"), 200},
		{"2.2", form, 401},
		{"2.3", request("/resource?access_token=mF_9.B5f-4.1JqM"), 401},
		{"2.3, with p=q", request("/resource?access_token=mF_9.B5f-4.1JqM&p=q"), 401},
	} {
		if w, _, ran, _ := ask(bearer.Guard{Verifier: verdict{claims: &token.Claims{}}}, c.r); w.Code != c.status || ran != (c.status == 200) {
			t.Errorf("%s: %d, %t", c.section, w.Code, ran)
		}
	}
}

// The challenges that RFC 6750 section 3 shows. Its description "The access token expired" is the one that we do not give.
func TestRFC6750Challenges(t *testing.T) {
	g := bearer.Guard{Realm: "example", Verifier: verdict{err: token.Expired}}
	w, _, _, _ := ask(g, request("/resource"))
	if got := w.Header().Get("WWW-Authenticate"); got != `Bearer realm="example"` || w.Code != 401 {
		t.Errorf("no authentication: %d %s", w.Code, got)
	}
	w, _, _, _ = ask(g, request("/resource", "Bearer mF_9.B5f-4.1JqM"))
	want := `Bearer realm="example", error="invalid_token", error_description="the token is not accepted"`
	if got := w.Header().Get("WWW-Authenticate"); got != want || w.Code != 401 {
		t.Errorf("expired: %d %s", w.Code, got)
	}
}

// TestChallengeInjection: what a service names cannot end the value it stands in, nor the header.
func TestChallengeInjection(t *testing.T) {
	for _, c := range []struct{ realm, scope, want string }{
		{`a"b`, "x", `realm="a\"b"`},
		{`a\`, "x", `realm="a\\"`},
		{`a", error="none`, "x", `realm="a\", error=\"none"`},
		{"a\r\nSet-Cookie: b=c", "x", `realm="a  Set-Cookie: b=c"`},
		{"a\x00\x7f\tb", "x", `realm="a   b"`},
		{"Größe", "x", `realm="Größe"`},
		{"api", "x\"\ny", `scope="x\" y"`},
	} {
		g := bearer.Guard{Realm: c.realm, Scopes: []string{c.scope}, Verifier: verdict{claims: &token.Claims{}}}
		w, _, _, _ := ask(g, request("/", "Bearer x"))
		got := w.Header().Get("WWW-Authenticate")
		if !strings.Contains(got, c.want) || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q, want %q in it", got, c.want)
		}
		if n := len(parameters(t, got)); n != 4 {
			t.Errorf("%q has %d parameters", got, n)
		}
	}
}

// parameters takes a challenge apart as RFC 9110 section 11.2 says.
func parameters(t *testing.T, challenge string) map[string]string {
	t.Helper()
	rest, found := strings.CutPrefix(challenge, "Bearer ")
	all := map[string]string{}
	for found {
		name, after, _ := strings.Cut(rest, `="`)
		var value strings.Builder
		i := 0
		for ; i < len(after) && after[i] != '"'; i++ {
			if after[i] == '\\' {
				i++
			}
			value.WriteByte(after[i])
		}
		if i == len(after) {
			t.Fatalf("%q: a value without end", challenge)
		}
		all[name] = value.String()
		rest, found = strings.CutPrefix(after[i+1:], ", ")
		if !found && after[i+1:] != "" {
			t.Fatalf("%q: %q after a value", challenge, after[i+1:])
		}
	}
	return all
}
