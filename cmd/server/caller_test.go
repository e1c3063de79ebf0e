package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/cmd/server"
	"jotkit/token"
	"jotkit/userdb"
)

// noDelay lets failures cost no waits.
func (w *world) noDelay(t testing.TB) error {
	t.Helper()
	_, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "login_delay", Value: "off"}})
	return err
}

// TestCallers: who may ask about tokens, and who may revoke them.
func TestCallers(t *testing.T) {
	w := start(t)
	if err := w.noDelay(t); err != nil {
		t.Fatal(err)
	}
	w.register(t, "svc", "service")
	w.register(t, "ada")
	const odd = "a secret: 100% + more & ünlike"
	w.secrets = append(w.secrets, odd)
	if _, err := w.Register(t.Context(), "odd", odd, []string{"service"}); err != nil {
		t.Fatal(err)
	}
	scoped := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "svc", Scopes: []string{"introspect", "revoke"}}})
	plain := w.token(t, "ada")
	spent := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "svc", Scopes: []string{"introspect", "revoke"}}})
	if _, err := w.RevokeToken(t.Context(), spent, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	post := "&client_id=svc&client_secret=" + url.QueryEscape(password)
	for name, c := range map[string]struct {
		more string
		all  []with
		want int
	}{
		"basic":                  {"", []with{basic("svc", password)}, 200},
		"basic, form-encoded":    {"", []with{basic("odd", url.QueryEscape(odd))}, 200},
		"basic, not encoded":     {"", []with{basic("svc", strings.ReplaceAll(password, " ", "+"))}, 200},
		"post":                   {post, nil, 200},
		"bearer":                 {"", []with{bearer(scoped)}, 200},
		"with a client_id alone": {"&client_id=svc", []with{bearer(scoped)}, 200},
		"nobody":                 {"", nil, 401},
		"a client_id alone":      {"&client_id=svc", nil, 401},
		"wrong secret":           {"", []with{basic("svc", "wrong")}, 401},
		"wrong secret in post":   {"&client_id=svc&client_secret=wrong", nil, 401},
		"unknown":                {"", []with{basic("nobody", password)}, 401},
		"no scope":               {"", []with{basic("ada", password)}, 401},
		"bearer without scope":   {"", []with{bearer(plain)}, 401},
		"bearer that is revoked": {"", []with{bearer(spent)}, 401},
		"bearer of nonsense":     {"", []with{bearer("a.b.c")}, 401},
		"broken basic":           {"", []with{header("Authorization", "Basic !!!")}, 401},
		"two ways":               {post, []with{basic("svc", password)}, 400},
		"secret twice":           {post + "&client_secret=x", nil, 400},
	} {
		for _, path := range []string{"/introspect", "/revoke"} {
			got := w.send(t, "POST", path, "token=unknown"+c.more, append(c.all, asForm)...)
			if got.status != c.want {
				t.Errorf("%s, %s: %d %s, want %d", path, name, got.status, got.text, c.want)
			}
			challenges := got.header.Values("WWW-Authenticate")
			if c.want == 401 && (got.member(t, "error") != "invalid_client" || len(challenges) != 2 ||
				!strings.HasPrefix(challenges[0], "Basic ") || !strings.HasPrefix(challenges[1], "Bearer ")) {
				t.Errorf("%s, %s: %q %s", path, name, challenges, got.text)
			}
		}
	}
}

// TestIntrospect: RFC 7662, with the numbers as they are in the token.
func TestIntrospect(t *testing.T) {
	w := start(t)
	w.register(t, "svc", "service")
	ask := func(raw string) answer {
		t.Helper()
		return w.send(t, "POST", "/introspect", "token="+url.QueryEscape(raw)+"&token_type_hint=access_token", asForm, basic("svc", password))
	}
	for what, raw := range w.badTokens(t) {
		if what == "for elsewhere" {
			continue // who asks is not the one it is for
		}
		if got := ask(raw); got.status != http.StatusOK || got.text != `{"active":false}`+"\n" {
			// What a refresh token is, the sessions say.
			if what != "a refresh token" {
				t.Errorf("%s: %d %s", what, got.status, got.text)
			}
		}
	}
	raw := w.mint(t, authority.MintRequest{Draft: token.Draft{
		Subject: "ada", Audience: []string{"elsewhere"}, Scopes: []string{"read"}, Roles: []string{"user"},
		Extra: []token.Member{
			{Name: "big", Value: []byte("9007199254740993")}, {Name: "fraction", Value: []byte("1.10")}, {Name: "active", Value: []byte("false")},
		},
	}})
	got := ask(raw)
	read, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	exp, _, _ := read.Times()
	var about map[string]json.RawMessage
	if err := json.Unmarshal([]byte(got.text), &about); err != nil {
		t.Fatalf("%d %s", got.status, got.text)
	}
	wantExp, _ := json.Marshal(exp.Time.Unix())
	for name, want := range map[string]string{
		"active": "true", "big": "9007199254740993", "fraction": "1.10", "sub": `"ada"`, "username": `"ada"`, "scope": `"read"`,
		"aud": `"elsewhere"`, "token_type": `"Bearer"`, "client_id": `"jotkit"`, "exp": string(wantExp), "jti": `"` + read.Text("jti") + `"`,
	} {
		if string(about[name]) != want {
			t.Errorf("%s is %s, want %s", name, about[name], want)
		}
	}
	if _, err := w.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	if got := ask(raw); got.member(t, "active") != false || len(got.text) > 20 {
		t.Errorf("after it was revoked: %s", got.text)
	}
	if got := w.send(t, "POST", "/introspect", "", asForm, basic("svc", password)); got.status != http.StatusBadRequest {
		t.Errorf("no token to ask about: %d", got.status)
	}
}

// TestRevoke: RFC 7009. What is no good token is as good as revoked; a person's own token may revoke itself, and no other.
func TestRevoke(t *testing.T) {
	w := start(t)
	w.register(t, "svc", "service")
	good := func(raw string) bool { t.Helper(); return w.get(t, "/protected", bearer(raw)).status == http.StatusOK }
	mine, other := w.token(t, "ada"), w.token(t, "bob")

	got := w.send(t, "POST", "/revoke", "token="+other, asForm, bearer(mine))
	if got.status != http.StatusUnauthorized || !good(other) || !good(mine) {
		t.Errorf("another's token: %d", got.status)
	}
	if got = w.send(t, "POST", "/revoke", "token="+mine, asForm, bearer(mine)); got.status != 200 || got.text != "" || good(mine) {
		t.Errorf("the own token: %d %q", got.status, got.text)
	}
	if got = w.send(t, "POST", "/revoke", "token="+mine, asForm, bearer(mine)); got.status != 200 {
		t.Errorf("the own token, which is revoked: %d", got.status)
	}
	elsewhere := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada", Audience: []string{"api"}}})
	got = w.send(t, "POST", "/revoke", "token="+elsewhere, asForm, bearer(elsewhere))
	if again := w.send(t, "POST", "/introspect", "token="+elsewhere, asForm, basic("svc", password)); got.status != 200 || again.member(t, "active") != false {
		t.Errorf("the own token, for another audience: %d, then %s", got.status, again.text)
	}
	if got = w.send(t, "POST", "/revoke", "token="+other+"&token_type_hint=refresh_token", asForm, basic("svc", password)); got.status != 200 || good(other) {
		t.Errorf("by a service: %d", got.status)
	}
	for what, raw := range w.badTokens(t) {
		if what == "a refresh token" {
			continue
		}
		if got := w.send(t, "POST", "/revoke", "token="+raw, asForm, basic("svc", password)); got.status != 200 {
			t.Errorf("%s: %d %s", what, got.status, got.text)
		}
	}
	list, err := w.Revocations(t.Context())
	by := func(r userdb.Revocation) bool { return r.Reason == "asked for by svc" }
	if err != nil || !slices.ContainsFunc(list, by) {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestFrom: where a request comes from, whatever it says itself.
func TestFrom(t *testing.T) {
	for name, c := range map[string]struct {
		proxies []string
		peer    string
		said    []string
		want    string
	}{
		"no proxy is known":       {nil, "192.0.2.1:5", []string{"198.51.100.1"}, "192.0.2.1"},
		"not from the proxy":      {[]string{"10.0.0.0/8"}, "192.0.2.1:5", []string{"198.51.100.1"}, "192.0.2.1"},
		"from the proxy":          {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"198.51.100.1"}, "198.51.100.1"},
		"forged before it":        {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		"forged in a header":      {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"127.0.0.1", "198.51.100.1"}, "198.51.100.1"},
		"forged as a proxy":       {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"203.0.113.1, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		"two proxies":             {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"proxies only":            {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"nothing said":            {[]string{"10.0.0.0/8"}, "10.1.2.3:5", nil, "10.1.2.3"},
		"nonsense":                {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"unknown"}, "10.1.2.3"},
		"nonsense before it":      {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"<script>, 198.51.100.1"}, "198.51.100.1"},
		"with a port":             {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		"IPv6":                    {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 with a port":        {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		"the proxy in IPv6 dress": {[]string{"10.0.0.0/8"}, "[::ffff:10.1.2.3]:5", []string{"198.51.100.1"}, "198.51.100.1"},
		"and the client":          {[]string{"10.0.0.0/8"}, "10.1.2.3:5", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		w := start(t, behind(c.proxies...))
		var all []with
		for _, said := range c.said {
			all = append(all, header("X-Forwarded-For", said))
		}
		w.direct(t, w.server.Handler(), c.peer, "POST", "/login", "username=nobody&password=x", append(all, asForm)...)
		if want := `"from":"` + c.want + `"`; !strings.Contains(w.logged(), want) {
			t.Errorf("%s: no %s in %s", name, want, w.logged())
		}
	}
}

// TestOnlyProxies: plain HTTP is for proxies and this machine.
func TestOnlyProxies(t *testing.T) {
	w := start(t, guarded, behind("10.0.0.0/8"))
	good := w.token(t, "ada")
	for peer, want := range map[string]int{
		"10.1.2.3:5": 200, "127.0.0.1:5": 200, "[::1]:5": 200, "[::ffff:10.1.2.3]:5": 200,
		"192.0.2.1:5": 403, "[2001:db8::1]:5": 403, "nonsense": 403, "": 403,
	} {
		got := w.direct(t, w.server.Handler(), peer, "GET", "/protected", "", bearer(good), header("X-Forwarded-For", "10.0.0.1"))
		if got.status != want {
			t.Errorf("from %q: %d, want %d", peer, got.status, want)
		}
	}
	open := start(t, func(s *server.Server) {})
	if got := open.direct(t, open.server.Handler(), "192.0.2.1:5", "GET", "/healthz", ""); got.status != 200 {
		t.Errorf("not guarded: %d", got.status)
	}
}
