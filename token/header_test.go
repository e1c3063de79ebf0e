package token_test

import (
	"crypto/ecdsa"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"jotkit/token"
)

// nested is a JSON list of lists, n deep.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// TestExtensionNamed: of two extensions a report names crit, wherever it stands: it is what makes the other one binding.
func TestExtensionNamed(t *testing.T) {
	k := keyFor(t, "HS256")
	for header, want := range map[string]string{
		`{"alg":"HS256","crit":["b64"],"b64":false}`: "crit",
		`{"alg":"HS256","b64":false,"crit":["b64"]}`: "crit",
		`{"alg":"HS256","b64":false}`:                "b64",
	} {
		report := refused(t, verifier(t, k), sign(t, k, header, good), token.Malformed, false)
		if c := report.Checks()[1]; c.Name != "header" || c.Got != want {
			t.Errorf("%s: got %v, want %s", header, c, want)
		}
	}
}

// TestHeaderRefused: each token here is signed by the trusted key, and its header alone condemns it.
func TestHeaderRefused(t *testing.T) {
	k := keyFor(t, "ES256")
	v := verifier(t, k)
	for _, c := range []struct{ name, header string }{
		{"crit with an unknown name", `{"alg":"ES256","crit":["x"],"x":1}`},
		{"crit with a known name", `{"alg":"ES256","crit":["exp"],"exp":1}`},
		{"crit, empty", `{"alg":"ES256","crit":[]}`},
		{"crit, null", `{"alg":"ES256","crit":null}`},
		{"b64 false, critical", `{"alg":"ES256","b64":false,"crit":["b64"]}`},
		{"b64 false alone", `{"alg":"ES256","b64":false}`},
		{"b64 true", `{"alg":"ES256","b64":true}`},
		{"alg twice", `{"alg":"none","alg":"ES256"}`},
		{"alg twice by an escape", `{"alg":"ES256","\u0061lg":"none"}`},
		{"kid twice", `{"alg":"ES256","kid":"k","kid":"k"}`},
		{"a name twice inside", `{"alg":"ES256","x":{"a":1,"a":2}}`},
		{"a name twice inside a list", `{"alg":"ES256","x":[{"a":1,"a":1}]}`},
		{"typ number", `{"alg":"ES256","typ":5}`},
		{"typ null", `{"alg":"ES256","typ":null}`},
		{"kid number", `{"alg":"ES256","kid":5}`},
		{"kid null", `{"alg":"ES256","kid":null}`},
		{"kid list", `{"alg":"ES256","kid":["k"]}`},
		{"nothing", ``},
		{"null", `null`},
		{"list", `[{"alg":"ES256"}]`},
		{"number", `1`},
		{"string", `"ES256"`},
		{"cut off", `{"alg":"ES256"`},
		{"trailing garbage", `{"alg":"ES256"}x`},
		{"trailing brace", `{"alg":"ES256"}}`},
		{"two objects", `{"alg":"ES256"}{"alg":"ES256"}`},
		{"trailing NUL", "{\"alg\":\"ES256\"}\x00"},
		{"trailing comma", `{"alg":"ES256",}`},
		{"comment", `{"alg":"ES256"/**/}`},
		{"single quotes", `{'alg':'ES256'}`},
		{"byte order mark", "\ufeff" + `{"alg":"ES256"}`},
		{"invalid UTF-8", "{\"alg\":\"ES256\",\"x\":\"\xff\"}"},
		{"overlong UTF-8", "{\"alg\":\"ES256\",\"x\":\"\xc0\xaf\"}"},
		{"lone surrogate", `{"alg":"ES256","x":"\ud800"}`},
		{"surrogates the wrong way round", `{"alg":"ES256","x":"\udc00\ud800"}`},
		{"raw control character", "{\"alg\":\"ES256\",\"x\":\"\x1b\"}"},
		{"number with a leading zero", `{"alg":"ES256","x":01}`},
		{"NaN", `{"alg":"ES256","x":NaN}`},
		{"33 deep", `{"alg":"ES256","x":` + nested(32) + `}`},
		{"5000 deep", `{"alg":"ES256","x":` + nested(5000) + `}`},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, v, sign(t, k, c.header, good), token.Malformed, false) })
	}
}

// TestHeaderIgnored: what is unknown, or brings keys along, changes nothing.
func TestHeaderIgnored(t *testing.T) {
	k := keyFor(t, "ES256")
	v := verifier(t, k)
	for _, c := range []struct{ name, header string }{
		{"unknown", `{"alg":"ES256","x":{"y":[1,null]}}`},
		{"white space", "\r\n {\t\"alg\" : \"ES256\" } \n"},
		{"names in another case", `{"alg":"ES256","ALG":"none","Crit":["x"],"KID":"other","B64":false}`},
		{"escaped name", `{"\u0061lg":"ES256"}`},
		{"32 deep", `{"alg":"ES256","x":` + nested(31) + `}`},
		{"brackets in a string", `{"alg":"ES256","x":"` + strings.Repeat(`[{\"`, 100) + `"}`},
		{"jwk that is none", `{"alg":"ES256","jwk":5,"jku":{},"x5u":[],"x5c":"no"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims := accepted(t, v, sign(t, k, c.header, good))
			if got := string(claims.Header.JSON()); got != c.header {
				t.Errorf("got the header %s, want %s", got, c.header)
			}
		})
	}
}

// TestKeysInTheToken: a token signed with its own key, which it offers in every way there is, is a forgery; and nobody
// opens a connection for it (RFC 8725 section 3.10).
func TestKeysInTheToken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })

	own, err := token.GenerateKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	url := `"http://` + l.Addr().String() + `/jwks.json"`
	public := jwkOf(t, own)
	k := keyFor(t, "ES256")
	v := verifier(t, k.Public())
	for name, offer := range map[string]string{
		"jwk": `"jwk":` + public, "jwk with kid": `"kid":"k","jwk":` + public, "x5c": `"x5c":["MIIB"]`,
		"jku": `"jku":` + url, "x5u": `"x5u":` + url, "kid and jku": `"kid":"k","jku":` + url,
		"all": `"jwk":` + public + `,"x5c":["MIIB"],"jku":` + url + `,"x5u":` + url, "kid is a URL": `"kid":` + url,
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, v, sign(t, own, `{"alg":"ES256",`+offer+`}`, good), token.BadSignature, false)
		})
	}
	accepted(t, v, sign(t, k, `{"alg":"ES256","jku":`+url+`,"x5u":`+url+`}`, good))
	if n := calls.Load(); n != 0 {
		t.Errorf("%d connections were opened", n)
	}
}

// jwkOf is the public half of a P-256 key as a JWK.
func jwkOf(t *testing.T, k *token.Key) string {
	t.Helper()
	point, err := k.Public().Material().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return `{"kty":"EC","crv":"P-256","x":"` + b64.EncodeToString(point[1:33]) + `","y":"` + b64.EncodeToString(point[33:]) + `"}`
}
