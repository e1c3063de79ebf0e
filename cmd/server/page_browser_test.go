package server_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"jotkit/cmd/authority"
	"jotkit/token"
)

const browserPassword = "correct horse battery staple"

// ada registers and logs in by hand, and returns the access token, which the page shows.
func ada(b *browser) (raw string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.ID("username"), "ada"), chromedp.SendKeys(chromedp.ID("password"), browserPassword))
	b.click("register")
	b.shows("account-note", "ada is registered")
	b.click("login")
	b.says("good", "Good")
	return b.token()
}

var b64 = base64.RawURLEncoding

// part is one part of a token as text, and with another text in its place.
func part(t *testing.T, raw string, i int, with func(string) string) string {
	t.Helper()
	parts := strings.Split(raw, ".")
	text, err := b64.DecodeString(parts[i])
	if err != nil || len(parts) != 3 {
		t.Fatalf("%q: %v", raw, err)
	}
	parts[i] = b64.EncodeToString([]byte(with(string(text))))
	return strings.Join(parts, ".")
}

// TestPage is the page as a person uses it, from registering to logging out.
func TestPage(t *testing.T) {
	w := browserTarget(t)
	b := newBrowser(t, w.url)
	b.says("empty", "Nothing to read yet")
	raw := ada(b)
	b.shows("claims-body", `"ada"`)
	b.shows("claims-note", "signed by this server")
	b.shows("header-body", `"ES256"`)
	b.shows("times", "Expires")
	b.shows("detail", "only the server knows")
	b.shows("who", "ada")

	t.Log("the protected endpoints")
	b.click("call-protected")
	b.shows("answer", "200")
	b.shows("answer", "ada")
	b.click("call-admin")
	b.shows("answer", "403")
	b.shows("answer", "insufficient_scope")
	b.click("ask")
	b.says("good", "Good, and accepted")

	t.Log("what is wrong, in words")
	for _, c := range []struct{ name, token, headline, id, text string }{
		{"one character changed", middle(raw), "The signature is wrong", "claims-note", "not verified"},
		{"alg none", part(t, raw, 0, func(string) string { return `{"alg":"none"}` }), "Not signed", "checks", "algorithm"},
		{"alg nOnE", part(t, raw, 0, func(string) string { return `{"alg":"nOnE"}` }), "Not signed", "detail", "nOnE"},
		{"a claim twice", part(t, raw, 1, func(s string) string { return `{"sub":"root",` + s[1:] }), "The signature is wrong", "claims-trouble", "stands twice"},
		{"alg twice", part(t, raw, 0, func(s string) string { return `{"alg":"none",` + s[1:] }), "The header is malformed", "detail", "stands twice"},
		{"HS256 with our kid", part(t, raw, 0, func(s string) string { return strings.Replace(s, "ES256", "HS256", 1) }), "The wrong algorithm", "detail", "ES256"},
		{"another kid", part(t, raw, 0, func(s string) string { return `{"alg":"ES256","kid":"x"}` }), "Not signed by this server", "detail", "“x”"},
		{"crit", part(t, raw, 0, func(s string) string { return `{"crit":["x"],` + s[1:] }), "not understood", "detail", "crit"},
		{"a line end inside", raw[:40] + "\n" + raw[40:], "Not a token", "detail", "line end"},
		{"a word", "hello", "Not a token", "detail", "No dots"},
		{"markup", part(t, raw, 1, func(string) string { return `{"sub":"<img src=x onerror=alert(1)>\u202e"}` }), "The signature is wrong", "claims-body", `<img src=x onerror=alert(1)>\u202e`},
		{"a name that turns text round", part(t, raw, 1, func(string) string { return "{\"\u202epxe\":1}" }), "The signature is wrong", "claims-body", `\u202epxe`},
	} {
		b.read(c.token)
		b.says("bad", c.headline)
		b.shows(c.id, c.text)
	}
	b.read(part(t, raw, 0, func(string) string { return `{"alg":"HS256"}` }))
	b.says("unsure", "Cannot be verified here")
	b.read(" \"Bearer " + raw + "\"\n")
	b.says("good", "Good")
	b.read(w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada", Extra: []token.Member{
		{Name: "big", Value: []byte("12345678901234567890.10")},
	}}}))
	b.says("good", "Good")
	b.shows("claims-body", "12345678901234567890.10") // as it is written, and no double
	b.read(raw)

	t.Log("revoked, which only the server knows")
	lost := w.token(t, "ada")
	if _, err := w.RevokeToken(t.Context(), lost, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	b.read(lost)
	b.says("good", "Good")
	b.click("ask")
	b.says("bad", "This server refuses it")
	b.read(raw)

	t.Log("refused by hand, and put back")
	b.click("break-claim")
	b.says("bad", "The signature is wrong")
	b.click("undo")
	b.says("good", "Good")

	t.Log("as time goes by")
	b.run(`{ const now = Date.now; Date.now = () => now() + 1_100_000; }`)
	b.says("bad", "Expired 3 minutes ago")
	b.shows("left", "expired")
	b.run(`{ const now = Date.now; Date.now = () => now() - 1_100_000; }`)
	b.click("refresh")
	b.shows("account-note", "A new token")
	b.says("good", "Good")
	if again := b.token(); again == raw {
		t.Error("refresh left the old token in the field")
	}

	t.Log("out")
	b.click("logout")
	b.shows("account-note", "Logged out")
	b.says("empty", "Nothing to read yet")
	b.click("call-protected")
	b.shows("answer", "401")
	b.shows("answer", "WWW-Authenticate")
	b.quiet()
	b.remembersNothing()
}

// middle is a token with one character of its payload changed, not the last one, whose bits may be spare.
func middle(raw string) string {
	i := strings.IndexByte(raw, '.') + 20
	c := "A"
	if raw[i] == 'A' {
		c = "B"
	}
	return raw[:i] + c + raw[i+1:]
}

// remembersNothing wants no trace of a token outside the page's own memory.
func (b *browser) remembersNothing() {
	b.t.Helper()
	kept := js[string](b, `JSON.stringify([location.search, location.hash, document.cookie, {...localStorage}, {...sessionStorage}, history.state])`)
	if want := `["","","",{},{},null]`; kept != want {
		b.t.Errorf("the browser keeps %s, want %s", kept, want)
	}
	for _, url := range b.requests {
		if strings.Contains(url, "eyJ") {
			b.t.Errorf("a token stands in the address %s", url)
		}
	}
}

// TestPageByKeyboard: everything is within reach of Tab, in the order in which it stands, and Enter and Space do it.
func TestPageByKeyboard(t *testing.T) {
	b := newBrowser(t, browserTarget(t).url)
	order := func(want ...string) {
		t.Helper()
		for _, id := range want {
			if b.press(kb.Tab); b.focused() != id {
				t.Fatalf("Tab went to %q, want %q", b.focused(), id)
			}
		}
	}
	b.press(kb.Tab) // the link to the token, which shows only now
	order("token", "username", "password", "login", "register")
	b.run(`document.querySelector("#username").focus()`)
	b.press(kb.Enter)
	b.shows("account-note", "The name is missing")
	b.press("ada")
	order("password")
	b.press(browserPassword)
	b.press(kb.Enter)
	b.shows("account-note", "Wrong name or password")
	order("login", "register")
	b.press(kb.Enter)
	b.shows("account-note", "ada is registered")
	b.until(`document.activeElement.id === "login"`)
	b.press(kb.Enter)
	b.says("good", "Good")
	b.until(`document.activeElement.id === "call-protected"`)
	b.press(" ")
	b.shows("answer", "200")
	order("call-admin")
	b.press(kb.Enter)
	b.shows("answer", "403")

	t.Log("and a token typed in, over the one that is there")
	b.run(`document.querySelector("#token").focus()`)
	b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.press("eyJhbGciOiJub25lIn0.e30.")
	b.says("bad", "Not signed")
	b.quiet()
}
