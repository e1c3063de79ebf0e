package keyring_test

import (
	"errors"
	"strings"
	"testing"

	"jotkit/keyring"
)

// ParseSet takes a set and nothing else that Parse can read.
func TestParseSetAlone(t *testing.T) {
	k := keyFor(t, "ES256").WithID("a")
	one := jwk(t, k, false)
	pem, err := keyring.MarshalPEM(k, false)
	if err != nil {
		t.Fatal(err)
	}
	set := "\ufeff {\"keys\":[" + one + "]}\n"
	if keys, err := keyring.ParseSet([]byte(set), keyring.ParseOptions{}); err != nil || len(keys) != 1 || keys[0].ID() != "a" {
		t.Errorf("%v, %v", keys, err)
	}
	for in, says := range map[string]string{
		one:               "one JWK",
		string(pem):       "PEM, and a JWK Set is wanted",
		"[" + one + "]":   "a JSON array",
		"<html>":          "an HTML page",
		`{"jwks_uri":""}`: "an issuer's metadata",
		`{"keys":[]}`:     "it is empty",
	} {
		if _, err := keyring.ParseSet([]byte(in), keyring.ParseOptions{}); !errors.Is(err, keyring.ErrSet) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.20q: %v, want %q", in, err, says)
		}
	}
	for _, in := range []string{`{"keys":`, strings.Repeat(" ", keyring.MaxLength) + set} {
		if _, err := keyring.ParseSet([]byte(in), keyring.ParseOptions{}); !errors.Is(err, keyring.ErrNotAKey) {
			t.Errorf("%.20q: %v", in, err)
		}
	}
}
