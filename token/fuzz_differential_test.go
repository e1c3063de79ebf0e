package token_test

import (
	"encoding/json"
	"slices"
	"testing"

	"jotkit/token"
)

// unread are header parameters that we leave alone whatever they hold, so that a peer may well choke on their types.
var unread = []string{
	"jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "cty", "nonce",
	"enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c",
}

// FuzzDifferential signs any header and payload, and wants go-jose and jwx to accept whatever is accepted here. So no
// reading of ours is more lenient than that of both.
func FuzzDifferential(f *testing.F) {
	k := keyFor(f, "HS256")
	v := verifier(f, k)
	for _, h := range []string{
		head(k), `{"alg":"HS256"}`, `{"alg":"HS256","kid":""}`, `{"typ":"JWT","alg":"HS256","x":{"y":[1]}}`,
		`{"alg":"HS256","crit":["exp"]}`,
		`{"alg":"HS256","ALG":"none"}`, `{"alg":"none"}`, `{"alg":"HS512"}`, `{"alg":"HS256","typ":5}`,
		`{"alg":"HS256","KID":5}`, "\n{\"alg\":\"HS256\"}\t",
	} {
		f.Add([]byte(h), []byte(good))
	}
	for _, p := range []string{
		full, `{"exp":1700000001}`, `{"exp":1700000000.5,"nbf":1699999999.5,"iat":0.1}`, `{"exp":1e10}`,
		`{"exp":9007199254740991}`, `{"exp":0}`,
		`{"exp":1700000900,"aud":[]}`, `{"exp":1700000900,"aud":["",""]}`, `{"exp":1700000900,"EXP":1,"Nbf":1e18,"SUB":5}`,
		`{"exp":1700000900,"exp":1}`,
		`{"exp":1700000900,"nbf":1e19}`, `{"exp":1700000900,"sub":"\u0000"}`, `{"exp":1700000900,"x":` + nested(31) + `}`,
		`{"exp":1700000900,"x":1e400}`,
	} {
		f.Add([]byte(head(k)), []byte(p))
	}
	f.Fuzz(func(t *testing.T, header, payload []byte) {
		raw := sign(t, k, string(header), string(payload))
		claims, err := v.Verify(t.Context(), raw)
		var floats any
		if err != nil || json.Unmarshal(header, &floats) != nil || json.Unmarshal(payload, &floats) != nil {
			return // the latter: a number beyond float64, which peers cannot hold and we need not
		}
		if string(claims.JSON()) != string(payload) || string(claims.Header.JSON()) != string(header) {
			t.Errorf("%q . %q came out as %q . %q", header, payload, claims.Header.JSON(), claims.JSON())
		}
		members, err := token.ParseObject(header)
		if err != nil {
			t.Fatalf("accepted a header that does not parse: %v", err)
		}
		if slices.ContainsFunc(members, func(m token.Member) bool { return slices.Contains(unread, m.Name) }) {
			return
		}
		for _, p := range peers {
			if err := p.verify(raw, "HS256", k.Material()); err != nil {
				t.Errorf("%s refuses %q . %q: %v", p.name, header, payload, err)
			}
		}
	})
}
