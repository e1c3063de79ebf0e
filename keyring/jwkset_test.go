package keyring_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/keyring"
	"jotkit/token"
)

func TestParseSet(t *testing.T) {
	es, rs, hs := keyFor(t, "ES256").WithID("es"), keyFor(t, "RS256").WithID("rs"), keyFor(t, "HS256").WithID("hs")
	e, r, h := jwk(t, es, false), jwk(t, rs, false), jwk(t, hs, true)
	set := func(jwks ...string) string { return `{"keys":[` + strings.Join(jwks, ",") + `]}` }
	const (
		unknownKind = `{"kty":"AKP","alg":"ML-DSA-44","kid":"pq","pub":"AAAA"}`
		encryption  = `{"kty":"RSA","use":"enc","kid":"es","n":"AQAB","e":"AQAB"}`
	)
	tests := []struct {
		name, in, alg string
		want          []string
		err           error
		says          string
	}{
		{name: "two", in: set(e, r), want: []string{"es", "rs"}},
		{name: "other members", in: `{"a":[{"b":null}],"keys":[` + e + `],"c":1}`, want: []string{"es"}},
		{name: "what is not ours is passed over", in: set(unknownKind, e, encryption), want: []string{"es"}},
		{name: "alg asked for narrows", in: set(e, r), alg: "RS256", want: []string{"rs"}},
		{name: "alg asked for narrows what names none", in: set(strings.Replace(e, `"alg":"ES256",`, "", 1), r), alg: "RS256", want: []string{"rs"}},
		{name: "secrets alone", in: set(h, jwk(t, keyFor(t, "HS512").WithID("h2"), true)), want: []string{"hs", "h2"}},
		{name: "empty", in: set(), err: keyring.ErrSet, says: "empty"},
		{name: "nothing for us", in: set(unknownKind, encryption), err: keyring.ErrSet, says: `none of its 2 keys can be used: key 1 of the set (kid "pq")`},
		{name: "nothing of the alg", in: set(e, r), alg: "EdDSA", err: token.ErrKeyMismatch, says: "asked for"},
		{name: "not an array", in: `{"keys":{}}`, err: keyring.ErrNotAKey, says: "array"},
		{name: "not objects", in: `{"keys":[1]}`, err: keyring.ErrNotAKey, says: "key 1 of the set"},
		{name: "kid twice", in: set(e, jwk(t, rs.WithID("es"), false)), err: keyring.ErrSet, says: `"es"`},
		{name: "kid missing", in: set(e, strings.Replace(r, `"kid":"rs",`, "", 1)), err: keyring.ErrSet, says: "kid"},
		{name: "secret beside public", in: set(e, h), err: keyring.ErrSet, says: "public keys"},
		{name: "weak one", in: set(e, strings.Replace(r, `"AQAB"`, `"Aw"`, 1)), err: token.ErrWeakKey, says: `key 2 of the set (kid "rs")`},
		{name: "broken one", in: set(e, strings.Replace(r, `"n"`, `"m"`, 1)), err: keyring.ErrNotAKey, says: `key 2 of the set (kid "rs")`},
		{name: "too many", in: set(strings.Split(strings.Repeat(unknownKind+"\n", 501), "\n")[:501]...), err: keyring.ErrSet, says: "500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, err := keyring.Parse([]byte(tt.in), keyring.ParseOptions{Algorithm: tt.alg})
			if !errors.Is(err, tt.err) || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v, want %v with %q", err, tt.err, tt.says)
			}
			var got []string
			for _, k := range keys {
				got = append(got, k.ID())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestErrorsShowNoSecret breaks a private JWK in every member and looks for its private half in what is said of it.
func TestErrorsShowNoSecret(t *testing.T) {
	k := keyFor(t, "ES256")
	private := jwk(t, k, true)
	_, d, _ := strings.Cut(private, `"d":"`)
	d = d[:20]
	for i := range private {
		_, err := keyring.Parse([]byte(private[:i]+"\x01"+private[i:]), keyring.ParseOptions{})
		if err == nil {
			t.Fatalf("a control character at %d was accepted", i)
		}
		if strings.Contains(err.Error(), d) {
			t.Fatalf("%q shows the private half", err)
		}
	}
}
