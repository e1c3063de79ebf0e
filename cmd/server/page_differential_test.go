package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/server"
	"jotkit/keyring"
	"jotkit/token"
)

const vectors = "../../testdata/vectors/tokens/"

// attackFile is testdata/vectors/tokens/attacks.json; package token's tests say how it is made.
type attackFile struct {
	Now     int64
	Keys    map[string]string
	Attacks []struct{ Name, Alg, Token, Reason string }
}

func readJSON(t *testing.T, name string, to any) {
	t.Helper()
	data, err := os.ReadFile(vectors + name)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// vectorKey is the key of a published vector, for an algorithm and under the kid k.
func vectorKey(t *testing.T, name, alg string) *token.Key {
	t.Helper()
	var v struct{ JWK map[string]string }
	readJSON(t, name, &v)
	v.JWK["kid"], v.JWK["alg"] = "k", alg
	if v.JWK["kty"] == "RSA" { // the vectors lack some private members, and nothing is signed with these
		for _, name := range []string{"d", "p", "q"} {
			delete(v.JWK, name)
		}
	}
	text, err := json.Marshal(v.JWK)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.Parse(text, keyring.ParseOptions{})
	if err != nil || len(keys) != 1 {
		t.Fatalf("%s: %d keys, %v", name, len(keys), err)
	}
	return keys[0]
}

// A rival is the page's reader and that of package token, side by side: the same keys, issuer, leeway and clock.
type rival struct {
	t        *testing.T
	browser  *browser
	verifier token.Verifier
	jwks     atomic.Value // []byte: what the server shows of the keys
}

const rivalIssuer = "https://id.example"

// newRival starts a browser whose clock stands still.
func newRival(t *testing.T, now time.Time, k *token.Key) *rival {
	t.Helper()
	r := &rival{t: t, verifier: token.Verifier{Now: func() time.Time { return now }, Expect: token.Expect{
		Issuers: []string{rivalIssuer}, Types: []string{token.AccessToken, "JWT"}, Leeway: token.DefaultLeeway,
	}}}
	mux := http.NewServeMux()
	server.PageRoutes(mux)
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) { w.Write(r.jwks.Load().([]byte)) })
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q}`, rivalIssuer)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	r.trust(k)
	r.browser = newBrowser(t, s.URL, fmt.Sprintf("Date.now = () => %d", now.UnixMilli()))
	return r
}

// trust makes k the one key of both. A page that is there already has to be loaded anew.
func (r *rival) trust(k *token.Key) {
	r.t.Helper()
	public, err := keyring.MarshalJWKS([]*token.Key{k}, false)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.verifier.Keys, err = token.NewKeySet(k); err != nil {
		r.t.Fatal(err)
	}
	r.jwks.Store(public)
}

// A reading is what one of them says of a token: its checks in order, each with its status.
type reading struct {
	State  string
	Checks []string
}

// page reads tokens with the page, as if they were pasted one after the other.
func (r *rival) page(tokens []string) []reading {
	r.t.Helper()
	list, err := json.Marshal(tokens)
	if err != nil {
		r.t.Fatal(err)
	}
	return js[[]reading](r.browser, `(async () => {
		const field = document.getElementById("token"), verdict = document.getElementById("verdict"), out = [];
		for (const token of `+string(list)+`) {
			field.value = token;
			field.dispatchEvent(new Event("input"));
			while (verdict.ariaBusy === "true") await scheduler.postTask(() => {});
			const checks = [...document.querySelectorAll("#check-list li")].map((c) => c.dataset.name + " " + c.dataset.status);
			out.push({ State: verdict.dataset.state, Checks: checks });
		}
		return out;
	})()`)
}

// token reads one with package token. White space around it goes first, as on the command line.
func (r *rival) token(raw string) reading {
	r.t.Helper()
	report, err := r.verifier.Examine(r.t.Context(), strings.TrimSpace(raw))
	if err != nil {
		r.t.Fatal(err)
	}
	got := reading{State: "good"}
	if report.Reason() != "" {
		got.State = "bad"
	}
	for _, c := range report.Checks() {
		got.Checks = append(got.Checks, c.Name+" "+string(c.Status))
	}
	return got
}

// compare wants both to say the same of every token, check by check, and tells how many were good.
func (r *rival) compare(names, tokens []string) (good int) {
	r.t.Helper()
	for i, got := range r.page(tokens) {
		want := r.token(tokens[i])
		if diff := cmp.Diff(want, got); diff != "" {
			r.t.Errorf("%s: the page reads it otherwise (-token +page)\n%s\n%s", names[i], diff, tokens[i])
		}
		if got.State == "good" {
			good++
		}
	}
	return good
}

// TestPageReadsAttacks holds the page against the attack tokens: it says of each what package token says.
func TestPageReadsAttacks(t *testing.T) {
	var file attackFile
	readJSON(t, "attacks.json", &file)
	r := newRival(t, time.Unix(file.Now, 0), vectorKey(t, "rfc7515-a3.json", "ES256"))
	seen := 0
	for alg, vector := range file.Keys {
		var names, tokens []string
		for _, a := range file.Attacks {
			if a.Alg == alg {
				names, tokens = append(names, alg+" "+a.Name), append(tokens, a.Token)
			}
		}
		seen += len(tokens)
		k := vectorKey(t, vector, alg)
		r.trust(k)
		r.browser.do(chromedp.Reload(), chromedp.WaitReady(chromedp.ID("token")))
		if !k.Symmetric() {
			if good := r.compare(names, tokens); good == 0 {
				t.Errorf("%s: no token was good, not even the honest one", alg)
			}
			continue
		}
		for i, got := range r.page(tokens) { // a browser has no secret: what is sound it cannot tell
			want := r.token(tokens[i])
			if got.State == "good" || want.Checks[0] != got.Checks[0] {
				t.Errorf("%s: got %v, and package token says %v", names[i], got, want)
			}
		}
	}
	if seen != len(file.Attacks) || seen < 50 {
		t.Errorf("%d of %d attacks were tried", seen, len(file.Attacks))
	}
}

// TestPageReadsJSON holds the page's own reading of JSON, of dates and of base64url against package token's, in
// tokens with a good signature, both ways: no stricter either.
func TestPageReadsJSON(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	k := vectorKey(t, "rfc7515-a3.json", "ES256")
	sign := func(header, payload string) string {
		signed := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
		signature, err := jwt.SigningMethodES256.Sign(signed, k.Material())
		if err != nil {
			t.Fatal(err)
		}
		return signed + "." + b64.EncodeToString(signature)
	}
	const head = `{"alg":"ES256","kid":"k","typ":"at+jwt"`
	const body = `{"iss":"` + rivalIssuer + `","exp":1700000900`
	var names, tokens []string
	add := func(name, raw string) { names, tokens = append(names, name), append(tokens, raw) }
	for _, value := range jsonValues() {
		add("claim "+value, sign(head+`}`, body+`,"x":`+value+`}`))
		add("header "+value, sign(head+`,"x":`+value+`}`, body+`}`))
		for _, name := range []string{"nbf", "iat", "sub", "jti", "sid", "aud"} {
			add(name+" "+value, sign(head+`}`, body+`,"`+name+`":`+value+`}`))
		}
		for _, name := range []string{"crit", "b64"} {
			add("header "+name+" "+value, sign(head+`,"`+name+`":`+value+`}`, body+`}`))
		}
		add("exp "+value, sign(head+`}`, `{"iss":"`+rivalIssuer+`","exp":`+value+`}`))
		add("iss "+value, sign(head+`}`, `{"exp":1700000900,"iss":`+value+`}`))
		add("alg "+value, sign(`{"kid":"k","typ":"JWT","alg":`+value+`}`, body+`}`))
		add("kid "+value, sign(`{"alg":"ES256","typ":"JWT","kid":`+value+`}`, body+`}`))
		add("typ "+value, sign(`{"alg":"ES256","kid":"k","typ":`+value+`}`, body+`}`))
	}
	for _, text := range []string{
		``, ` `, `null`, `[]`, `"x"`, `{}`, `{},`, `{}{}`, `{}x`, ` {"exp":1700000900} `, "\ufeff{}", `{"a":1,}`, `{,}`, `{"a"}`,
		`{"a":}`, `{"a" 1}`, `{a:1}`, `{'a':1}`, `{"a":1;"b":2}`, `{"a":1,"a":1}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":2}}`,
		`{"a":[{"b":1,"b":2}]}`, `{"a":1,"A":2}`, `{"":1,"":2}`, `{"__proto__":1}`, `{"__proto__":1,"__proto__":2}`,
		`{"constructor":{"prototype":1}}`, `{"a":1`, `{"a":"`, `{"a":"\`, "{\"a\":\"\n\"}", "{\"a\":\"\x00\"}", "{\"a\":\"\x7f\"}",
		"{\n\t\"a\" :\r\n 1 }", "{\v}", "{\u00a0}", "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}",
		"{\"a\":\"\xf4\x90\x80\x80\"}", `{"\ud800":1}`, `/**/{}`, `{}//`, `{"exp":1700000900,"iss":"https:\/\/id.example"}`,
	} {
		add("payload "+strconv.Quote(text), sign(head+`}`, text))
		add("header "+strconv.Quote(text), sign(text, body+`}`))
	}
	honest := sign(head+`}`, body+`}`)
	const alphabet = "ABQgw_-=+/. 0%é"
	for i := 1; i < len(honest); i += 3 {
		c := string([]rune(alphabet)[i/3%15])
		add("changed at "+strconv.Itoa(i), honest[:i]+c+honest[i+1:])
		add("one more at "+strconv.Itoa(i), honest[:i]+c+honest[i:])
		add("cut at "+strconv.Itoa(i), honest[:i])
	}
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" { // spare bits
		add("last "+string(c), honest[:len(honest)-1]+string(c))
	}
	lengths := map[int]bool{}
	for n := range 75 { // about the greatest length
		raw := sign(head+strings.Repeat(" ", n%3)+`}`, body+`,"x":"`+strings.Repeat("x", 12_115+n/3)+`"}`)
		lengths[len(raw)] = true
		add("of "+strconv.Itoa(len(raw)), raw)
	}
	if !lengths[token.MaxLength] || !lengths[token.MaxLength+1] {
		t.Errorf("the lengths %v do not meet at %d", lengths, token.MaxLength)
	}
	r := newRival(t, now, k)
	if good := r.compare(names, tokens); good < 50 || good > len(tokens)/2 {
		t.Errorf("%d of %d tokens were good", good, len(tokens))
	}
	r.browser.quiet()
}

// jsonValues are values, sound and unsound, of every kind and about every edge.
func jsonValues() []string {
	values := strings.Fields(`1700000900 1700000900.0 1700000900.5 1.7000009e9 17000009E+2 17000009e2 1 0.5 1e-9 5e-324 1e-400 0 -0 0.0 0e5
		-1 -1700000900 1700000029 1700000030 1700000031 1700000030.5 1699999970 1699999970.5 1699999971 9007199254740991
		9007199254740991.5 9007199254740992 9007199254740993 1e16 1e18 9223372036854775808 1e300 1e999 -1e999 +1 01 1. .5 1e 1e+ 0x10 1_0
		Infinity NaN --1 true false null True nul truex "" "x" "a\u0062" "\u0000" "\ud83d\ude00" "\ud800" "\udc00\ud800" "\ud800x"
		"\x" "\u12" "\u123g" "\/" "\"" "\\" "at+jwt" "AT+JWT" "application/at+jwt" "application/JWT" "jwt" "JWT" "refresh+jwt"
		"\u212a" "k" "K" "\u006b" "ES256" "es256" "none" "NONE" "nOnE" "HS256" "constructor" "__proto__" "https://id.example"
		"https://id.example/" [] [1] ["x"] ["x",1] ["x","y"] [null] [[]] ["x",] [,] {} {"a":1} {"a":1,"a":1} {"a":1,"\u0061":1} [{"a":1,"a":1}] ]`)
	for _, depth := range []int{30, 31, 32, 400} {
		values = append(values, strings.Repeat("[", depth)+strings.Repeat("]", depth), strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth))
	}
	return append(values, `"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["`, `"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["`, "\"é😀\u2028\"")
}
