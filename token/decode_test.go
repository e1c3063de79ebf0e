package token_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"jotkit/token"
)

// Decode and Verify must differ in type, so that the compiler keeps one from standing for the other.
var (
	_ func(string) (*token.Unverified, error)      = token.Decode
	_ interface{ Claims() (*token.Claims, error) } = (*token.Report)(nil)
)

// TestDecode: anything that reads as a token is shown, however untrustworthy.
func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, header, payload string }{
		{"signed by nobody", `{"alg":"none"}`, good},
		{"unknown algorithm", `{"alg":"XX1","kid":"k","typ":"x"}`, good},
		{"crit", `{"alg":"ES256","crit":["x"],"b64":false}`, good},
		{"claims of wrong types", `{"alg":"ES256"}`, `{"exp":"x","nbf":null,"iat":[],"sub":5,"aud":{}}`},
		{"empty", `{"alg":"ES256"}`, `{}`},
		{"numbers", `{"alg":"ES256"}`, `{"a":1000000,"b":1.0,"c":12345678901234567890,"d":1e400}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := token.Decode(join(input(c.header, c.payload), []byte("sig")))
			if err != nil {
				t.Fatal(err)
			}
			h, p, s := string(u.Header.JSON()), string(u.Payload()), string(u.Signature())
			if h != c.header || p != c.payload || s != "sig" {
				t.Errorf("got %s, %s, %q", h, p, s)
			}
		})
	}
	u, err := token.Decode(join(input(`{"alg":"none","kid":"k","typ":"x"}`, `{"exp":1700000000.5,"nbf":0,"iat":1,"sub":"\u0061da","n":5}`), nil))
	if err != nil {
		t.Fatal(err)
	}
	if u.Header.Algorithm != "none" || u.Header.KeyID != "k" || u.Header.Type != "x" {
		t.Errorf("got the header %+v", u.Header)
	}
	exp, nbf, iat := u.Times()
	if exp.UnixMilli() != 1_700_000_000_500 || !nbf.IsZero() || iat.Unix() != 1 {
		t.Errorf("got %v, %v, %v", exp, nbf, iat)
	}
	if u.Text("sub") != "ada" || u.Text("n") != "" || u.Text("jti") != "" {
		t.Errorf("got texts %q, %q, %q", u.Text("sub"), u.Text("n"), u.Text("jti"))
	}
}

// TestDecodeRefuses what verification would call malformed before it looks at a key, and payloads that are no claims.
func TestDecodeRefuses(t *testing.T) {
	ok := join(input(`{"alg":"none"}`, good), nil)
	for name, raw := range map[string]string{
		"empty":             "",
		"newline":           ok + "\n",
		"padding":           strings.Replace(ok, ".", "=.", 1),
		"five parts":        ok + "..",
		"no header":         join(input(``, good), nil),
		"header a list":     join(input(`[]`, good), nil),
		"no alg":            join(input(`{}`, good), nil),
		"alg twice":         join(input(`{"alg":"none","alg":"none"}`, good), nil),
		"payload not JSON":  join(input(`{"alg":"none"}`, "Payload"), nil),
		"payload null":      join(input(`{"alg":"none"}`, "null"), nil),
		"sub twice":         join(input(`{"alg":"none"}`, `{"sub":"a","sub":"a"}`), nil),
		"trailing garbage":  join(input(`{"alg":"none"}`, `{}x`), nil),
		"invalid UTF-8":     join(input(`{"alg":"none"}`, "{\"a\":\"\xff\"}"), nil),
		"33 deep":           join(input(`{"alg":"none"}`, `{"a":`+nested(32)+`}`), nil),
		"a byte over 16 KB": strings.Repeat("A", token.MaxLength+1),
	} {
		t.Run(name, func(t *testing.T) {
			u, err := token.Decode(raw)
			if u != nil || !errors.Is(err, token.Malformed) {
				t.Fatalf("got %v and %v, want malformed", u, err)
			}
			if len(raw) > 40 && strings.Contains(err.Error(), raw[:40]) {
				t.Errorf("the error %q quotes the token", err)
			}
		})
	}
}

// TestExactNumbers: what goes in comes out, digit for digit, though float64 could not hold it.
func TestExactNumbers(t *testing.T) {
	numbers := []string{
		"0", "-0", "1000000", "1700000000", "9007199254740991", "9007199254740993", "1234567890123456789", "12345678901234567890123456789",
		"-9223372036854775809", "1.0", "1.10", "1e6", "1E+06", "0.1", "0.30000000000000004", "1e400", "5e-400",
	}
	k := keyFor(t, "HS256")
	d := token.Draft{ExpiresAt: now.Add(time.Minute), IssuedAt: now}
	for i, n := range numbers {
		d.Extra = append(d.Extra, extra("n"+string(rune('a'+i)), n)...)
	}
	raw, err := d.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	claims := accepted(t, verifier(t, k), raw)
	u, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(u.Payload(), claims.JSON()) {
		t.Errorf("decoded %s, verified %s", u.Payload(), claims.JSON())
	}
	for i, n := range numbers {
		name := "n" + string(rune('a'+i))
		if got, there := claims.Get(name); !there || string(got) != n {
			t.Errorf("got %s, want %s", got, n)
		}
		if !strings.Contains(string(claims.JSON()), `"`+name+`":`+n) {
			t.Errorf("%s is not in %s", n, claims.JSON())
		}
	}
	if !strings.Contains(string(claims.JSON()), `"iat":1700000000,"exp":1700000060`) {
		t.Errorf("times in %s", claims.JSON())
	}
	for got, want := range map[string]string{
		token.NumericDate{Time: now}.String():                   "2023-11-14T22:13:20Z",
		token.NumericDate{Time: time.Unix(1<<53-1, 0)}.String(): "9007199254740991",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestAlive: exp and nbf decide, to the second and without leeway, and the worst of several reasons.
func TestAlive(t *testing.T) {
	for _, c := range []struct {
		payload string
		least   time.Duration
		want    error
	}{
		{`{"exp":1700000001}`, 0, nil},
		{`{"exp":1700000000.5}`, 0, nil},
		{`{"exp":1700000300,"nbf":1700000000,"iat":1700009999}`, 5 * time.Minute, nil},
		{`{"exp":9007199254740991}`, time.Hour, nil},
		{`{"exp":1700000299}`, 5 * time.Minute, token.TooLittleLife},
		{`{"exp":1700000000}`, 0, token.Expired},
		{`{"exp":1699999999,"nbf":1700000001}`, time.Hour, token.Expired},
		{`{"exp":1700000900,"nbf":1700000001}`, time.Hour, token.NotYetValid},
		{`{"nbf":1700000001}`, 0, token.NotYetValid},
		{`{}`, time.Hour, token.ClaimMismatch},
		{`{"exp":"1700000900"}`, 0, token.Malformed},
		{`{"exp":null}`, 0, token.Malformed},
		{`{"exp":0}`, 0, token.Malformed},
		{`{"exp":1,"nbf":"x"}`, 0, token.Malformed},
	} {
		u, err := token.Decode(join(input(`{"alg":"ES256"}`, c.payload), nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := u.Outlives(now, c.least); !errors.Is(err, c.want) || err == nil != (c.want == nil) {
			t.Errorf("%s, %s: %v, want %v", c.payload, c.least, err, c.want)
		}
	}
}
