package jwe_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"jotkit/token/jwe"
)

// madeHeader is the header of a token that is encrypted to a key under its preferred contents.
func madeHeader(t *testing.T, k *jwe.Key) (says struct {
	Enc, Kid string
	P2c      int
	P2s      string
}) {
	t.Helper()
	header, _, _ := strings.Cut(encrypt(t, k, ""), ".")
	text, err := b64.DecodeString(header)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &says); err != nil {
		t.Fatal(err)
	}
	return says
}

// TestNamed: a key without kid is named by its thumbprint, that of RFC 7638 section 3.1, and a secret is not.
func TestNamed(t *testing.T) {
	text, err := os.ReadFile("../../testdata/vectors/keys/rfc7638-3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Key  map[string]any
		Want []struct{ Thumbprint string }
	}
	if err := json.Unmarshal(text, &v); err != nil || len(v.Want) != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	for _, name := range []string{"kid", "alg", "use"} { // which say that it is for signatures
		delete(v.Key, name)
	}
	if got := madeHeader(t, parse(t, v.Key, "")[0]); got.Kid != v.Want[0].Thumbprint || got.Enc != "A256GCM" {
		t.Errorf("%+v, want the kid %s", got, v.Want[0].Thumbprint)
	}
	for _, alg := range []string{"dir", "A128KW", "PBES2-HS256+A128KW"} {
		if got := madeHeader(t, newKey(t, "", alg, material(t, alg, "A256GCM"))); got.Kid != "" {
			t.Errorf("%s: %+v", alg, got)
		}
	}
}

// TestRounds: what a password is put through (OWASP's figures for PBKDF2), each time with another salt.
func TestRounds(t *testing.T) {
	for alg, want := range map[string]int{"PBES2-HS256+A128KW": 600_000, "PBES2-HS384+A192KW": 210_000, "PBES2-HS512+A256KW": 210_000} {
		k := newKey(t, "", alg, material(t, alg, ""))
		one, other := madeHeader(t, k), madeHeader(t, k)
		if one.P2c != want || other.P2c != want || one.P2s == other.P2s {
			t.Errorf("%s: %+v, %+v", alg, one, other)
		}
	}
}
