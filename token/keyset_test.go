package token_test

import (
	"errors"
	"strings"
	"testing"

	"jotkit/token"
)

func TestUnsoundSets(t *testing.T) {
	a := newKey(t, "a", "HS256", secret(32))
	ec := keyFor(t, "ES256")
	for name, keys := range map[string][]*token.Key{
		"one kid twice":              {ec, keyFor(t, "ES384")},
		"one key twice":              {ec, ec},
		"secret beside public":       {a, ec},
		"public beside secret":       {ec.WithID("b"), a},
		"no kid among several":       {ec, keyFor(t, "EdDSA").WithID("")},
		"no kid, twice":              {ec.WithID(""), ec.WithID("")},
		"secret beside a verify key": {a, ec.Public()},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := token.NewKeySet(keys...); s != nil || !errors.Is(err, token.ErrKeySet) {
				t.Errorf("got %v and %v, want ErrKeySet", s, err)
			}
		})
	}
}

// TestKeyChoice: by kid, exactly, where both sides have one; without kid only where there is no choice.
func TestKeyChoice(t *testing.T) {
	named := keyFor(t, "ES256")
	unnamed := named.WithID("")
	other := newKey(t, "other", "ES256", generated(t, "ES256"))
	for _, c := range []struct {
		name   string
		keys   []*token.Key
		header string
		ok     bool
	}{
		{"both name it", []*token.Key{named}, `{"alg":"ES256","kid":"k"}`, true},
		{"the token does not", []*token.Key{named}, `{"alg":"ES256"}`, true},
		{"the token has an empty one", []*token.Key{named}, `{"alg":"ES256","kid":""}`, true},
		{"the key does not", []*token.Key{unnamed}, `{"alg":"ES256","kid":"anything"}`, true},
		{"neither does", []*token.Key{unnamed}, `{"alg":"ES256"}`, true},
		{"another name", []*token.Key{named}, `{"alg":"ES256","kid":"other"}`, false},
		{"of several", []*token.Key{other, named}, `{"alg":"ES256","kid":"k"}`, true},
		{"of several, none named", []*token.Key{other, named}, `{"alg":"ES256"}`, false},
		{"of several, empty", []*token.Key{other, named}, `{"alg":"ES256","kid":""}`, false},
		{"of several, the wrong one named", []*token.Key{other, named}, `{"alg":"ES256","kid":"other"}`, false},
		{"of none", nil, `{"alg":"ES256","kid":"k"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, raw := verifier(t, c.keys...), sign(t, named, c.header, good)
			if c.ok {
				accepted(t, v, raw)
				return
			}
			refused(t, v, raw, token.BadSignature, false)
		})
	}
}

// TestOddKids: a kid is compared and nothing else, so what others take for paths, queries or names is just unknown.
func TestOddKids(t *testing.T) {
	k := keyFor(t, "HS256")
	empty := newKey(t, "", "HS256", make([]byte, 32)) // what reading /dev/null, or a row that is not there, would give
	for name, kid := range map[string]string{
		"path": "../../../../dev/null", "absolute path": "/dev/null", "encoded path": "..%2f..%2fdev%2fnull", "this file": "keyset_test.go",
		"SQL": "x' UNION SELECT 'secret' --", "shell": "k;id", "template": "${jndi:ldap://127.0.0.1/a}", "URL": "http://127.0.0.1/k",
		"NUL": `k\u0000`, "NUL and more": `k\u0000.pem`, "other case": "K", "space": "k ", "newline": `k\n`,
		"star": "*", "long": strings.Repeat("k", 11000),
		"look-alike": "\uff4b", "combining": "k\u0301", "object": `[object Object]`, "prototype": "__proto__",
	} {
		t.Run(name, func(t *testing.T) {
			header := `{"alg":"HS256","kid":"` + kid + `"}`
			refused(t, verifier(t, k), sign(t, k, header, good), token.BadSignature, false)
			refused(t, verifier(t, k), sign(t, empty, header, good), token.BadSignature, false)
			source := &keySource{err: token.ErrUnknownKey}
			refused(t, &token.Verifier{Keys: source}, sign(t, k, header, good), token.BadSignature, false)
			want := strings.NewReplacer(`\u0000`, "\x00", `\n`, "\n").Replace(kid)
			for _, asked := range source.asked {
				if asked != want {
					t.Errorf("the source was asked for %q, want %q", asked, want)
				}
			}
		})
	}
}

// TestSetIsCopied: a set stays as it was checked, whatever becomes of the slice it was made from.
func TestSetIsCopied(t *testing.T) {
	k := keyFor(t, "ES256")
	keys := []*token.Key{k}
	v := verifier(t, keys...)
	keys[0] = newKey(t, "k", "HS256", secret(32))
	accepted(t, v, sign(t, k, head(k), good))
	refused(t, v, sign(t, keys[0], head(keys[0]), good), token.AlgorithmRefused, false)
}

// TestDefaultAlgorithm: EC and Ed25519 keys imply theirs, other kinds have a usual one.
func TestDefaultAlgorithm(t *testing.T) {
	for alg, want := range map[string]string{
		"HS256": "HS256", "HS512": "HS256", "RS256": "RS256", "PS512": "RS256", "ES256": "ES256", "ES384": "ES384", "ES512": "ES512",
		"EdDSA": "EdDSA", "Ed25519": "EdDSA",
	} {
		k := keyFor(t, alg)
		if got := token.DefaultAlgorithm(k.Material()); got != want {
			t.Errorf("%s: got %q, want %q", alg, got, want)
		}
		if got := token.DefaultAlgorithm(k.Public().Material()); got != want {
			t.Errorf("%s, public: got %q, want %q", alg, got, want)
		}
	}
	for _, other := range []any{nil, "text", 5, p224(t)} {
		if got := token.DefaultAlgorithm(other); got != "" {
			t.Errorf("%T: got %q", other, got)
		}
	}
}
