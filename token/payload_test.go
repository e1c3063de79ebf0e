package token_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"jotkit/token"
)

// TestPayloadRefused: the signature of every token here is good, and what it covers is not.
func TestPayloadRefused(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	for _, c := range []struct {
		name, payload string
		want          token.Reason
	}{
		{"sub twice", `{"exp":1700000900,"sub":"ada","sub":"root"}`, token.Malformed},
		{"exp twice, past first", `{"exp":1,"exp":1700000900}`, token.Malformed},
		{"exp twice, past last", `{"exp":1700000900,"exp":1}`, token.Malformed},
		{"twice by an escape", `{"exp":1700000900,"sub":"a","s\u0075b":"b"}`, token.Malformed},
		{"twice inside", `{"exp":1700000900,"x":{"y":{"a":1,"a":1}}}`, token.Malformed},
		{"twice inside a list", `{"exp":1700000900,"x":[[{"a":1,"a":1}]]}`, token.Malformed},
		{"nothing", ``, token.Malformed},
		{"null", `null`, token.Malformed},
		{"list", `[]`, token.Malformed},
		{"string", `"sub"`, token.Malformed},
		{"no JSON", `sub=ada`, token.Malformed},
		{"trailing garbage", good + `x`, token.Malformed},
		{"trailing object", good + `{}`, token.Malformed},
		{"trailing brace", good + `}`, token.Malformed},
		{"trailing NUL", good + "\x00", token.Malformed},
		{"trailing comma", `{"exp":1700000900,}`, token.Malformed},
		{"comment", `{"exp":1700000900 // for ever
		}`, token.Malformed},
		{"byte order mark", "\ufeff" + good, token.Malformed},
		{"UTF-16", "\xff\xfe{\x00}\x00", token.Malformed},
		{"invalid UTF-8", "{\"exp\":1700000900,\"sub\":\"ad\xff\"}", token.Malformed},
		{"invalid UTF-8 in a name", "{\"exp\":1700000900,\"\xff\":1}", token.Malformed},
		{"lone surrogate", `{"exp":1700000900,"sub":"\ud83d"}`, token.Malformed},
		{"raw NUL", "{\"exp\":1700000900,\"sub\":\"a\x00b\"}", token.Malformed},
		{"raw ESC", "{\"exp\":1700000900,\"sub\":\"\x1b[2J\"}", token.Malformed},
		{"33 deep", `{"exp":1700000900,"x":` + nested(32) + `}`, token.Malformed},
		{"4000 deep", `{"exp":1700000900,"x":` + nested(4000) + `}`, token.Malformed},
		{"5000 deep, never closed", `{"exp":1700000900,"x":` + strings.Repeat("[", 5000), token.Malformed},
		{"empty object", `{}`, token.ClaimMismatch},
		{"no exp", `{"sub":"ada"}`, token.ClaimMismatch},
		{"exp under another name", `{"EXP":1700000900,"Exp":1700000900}`, token.ClaimMismatch},
		{"exp past, EXP to come", `{"exp":1,"EXP":1700000900}`, token.Expired},
		{"sub number", `{"exp":1700000900,"sub":5}`, token.Malformed},
		{"sub null", `{"exp":1700000900,"sub":null}`, token.Malformed},
		{"jti number", `{"exp":1700000900,"jti":5}`, token.Malformed},
		{"iss list", `{"exp":1700000900,"iss":["https://id.example"]}`, token.Malformed},
		{"sid object", `{"exp":1700000900,"sid":{}}`, token.Malformed},
		{"aud number", `{"exp":1700000900,"aud":1}`, token.Malformed},
		{"aud list of a number", `{"exp":1700000900,"aud":[1]}`, token.Malformed},
		{"aud list with null", `{"exp":1700000900,"aud":["api",null]}`, token.Malformed},
		{"aud list in a list", `{"exp":1700000900,"aud":[["api"]]}`, token.Malformed},
		{"aud object", `{"exp":1700000900,"aud":{}}`, token.Malformed},
		{"aud null", `{"exp":1700000900,"aud":null}`, token.Malformed},
		{"aud true", `{"exp":1700000900,"aud":true}`, token.Malformed},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, v, sign(t, k, head(k), c.payload), c.want, true) })
	}
}

// TestPayloadAccepted: what is odd, and says only one thing.
func TestPayloadAccepted(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	for _, c := range []struct{ name, payload, subject string }{
		{"SUB is no sub", `{"exp":1700000900,"SUB":"root"}`, ""},
		{"white space", " {\n\"exp\" : 1700000900 , \"sub\":\t\"ada\" }\r\n", "ada"},
		{"escaped name", `{"exp":1700000900,"s\u0075b":"ada"}`, "ada"},
		{"NUL by an escape", `{"exp":1700000900,"sub":"a\u0000b"}`, "a\x00b"},
		{"ESC by an escape", `{"exp":1700000900,"sub":"\u001b[2J"}`, "\x1b[2J"},
		{"surrogate pair", `{"exp":1700000900,"sub":"\ud83d\ude00"}`, "\U0001f600"},
		{"one name at two levels", `{"exp":1700000900,"sub":"ada","x":{"sub":"root","exp":1}}`, "ada"},
		{"32 deep", `{"exp":1700000900,"x":` + nested(31) + `}`, ""},
		{"brackets in a string", `{"exp":1700000900,"sub":"` + strings.Repeat("[{", 40) + `"}`, strings.Repeat("[{", 40)},
		{"empty name", `{"exp":1700000900,"":1}`, ""},
		{"unreadable scope and roles", `{"exp":1700000900,"scope":{"admin":1},"roles":[1]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims := accepted(t, v, sign(t, k, head(k), c.payload))
			if claims.Subject != c.subject {
				t.Errorf("got the subject %q, want %q", claims.Subject, c.subject)
			}
			if got := string(claims.JSON()); got != c.payload {
				t.Errorf("got the payload %s, want it as it was", got)
			}
			if len(claims.Scopes)+len(claims.Roles) > 0 {
				t.Errorf("got scopes %q and roles %q, want none", claims.Scopes, claims.Roles)
			}
		})
	}
}

// TestSignatureBeforeClaims: of a token whose signature is wrong nothing else is said, whatever its claims are
// (CVE-2024-51744: who looks at one error of several may pick the harmless one).
func TestSignatureBeforeClaims(t *testing.T) {
	k, stranger := keyFor(t, "ES256"), newKey(t, "k", "ES256", generated(t, "ES256"))
	v := verifier(t, k)
	v.Expect = token.Expect{Issuers: []string{"https://other.example"}, Roles: []string{"admin"}}
	v.Revocations = revocations(func(*token.Claims) (string, error) {
		t.Error("asked whether a forged token is revoked")
		return "token", nil
	})
	for name, payload := range map[string]string{
		"good": good, "expired": `{"exp":1}`, "not yet": `{"exp":1800000000,"nbf":1790000000}`, "no JSON": "\xff", "nested": nested(4000),
	} {
		t.Run(name, func(t *testing.T) {
			report := refused(t, v, sign(t, stranger, head(k), payload), token.BadSignature, false)
			if last := report.Checks()[len(report.Checks())-1]; last.Name != "signature" || last.Status != token.Fail {
				t.Errorf("got %+v as the last check, want the signature", last)
			}
			for _, r := range []token.Reason{token.Expired, token.NotYetValid, token.ClaimMismatch, token.Malformed, token.Revoked} {
				if _, err := v.Verify(t.Context(), sign(t, stranger, head(k), payload)); isReason(err, r) {
					t.Errorf("the refusal is %v too", r)
				}
			}
		})
	}
}

// TestLists: what a list of strings has is what encoding/json finds in it, however it is written.
func TestLists(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	for _, list := range []string{
		`[]`, "[ \n]", `["a"]`, "[ \"a\" ,\t\"b\"\r\n]", `["a,b","]","[","",","]`, `["\"","\\","\\\",\"b","\u0061\ud83d\ude00"]`, `"a,b"`, `"\u0061"`,
	} {
		c, err := v.Verify(t.Context(), sign(t, k, head(k), `{"exp":1700000900,"aud":`+list+`,"roles":`+list+`}`))
		if err != nil {
			t.Errorf("%s: %v", list, err)
			continue
		}
		want := []string{}
		if json.Unmarshal([]byte(list), &want) != nil {
			var one string
			if err := json.Unmarshal([]byte(list), &one); err != nil {
				t.Fatal(err)
			}
			want = []string{one}
		}
		if !slices.Equal(c.Audience, want) || !slices.Equal(c.Roles, want) {
			t.Errorf("%s: got %q and %q", list, c.Audience, c.Roles)
		}
	}
}
