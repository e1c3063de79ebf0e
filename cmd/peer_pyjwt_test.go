package cmd

import (
	"os/exec"
	"testing"
)

// python is that of Debian, which has Debian's packages.
const python = "/usr/bin/python3"

// pyJWT skips the test where PyJWT is not installed.
func pyJWT(t *testing.T) {
	t.Helper()
	if out, err := exec.Command(python, "-c", "import jwt, cryptography").CombinedOutput(); err != nil {
		t.Logf("%v: %s", err, out)
		lacking(t, "PyJWT")
	}
}

// TestPyJWT verifies with PyJWKClient and decode.
func TestPyJWT(t *testing.T) {
	pyJWT(t)
	s := newServing(t)
	d := newDialog(t, exec.Command(python, "../testdata/interop/pyjwt.py", s.url, s.url), s.path("pyjwt.log"))
	decode := judge{"PyJWT", d.refuses(""), map[string]string{
		"expired":              "ExpiredSignatureError",
		"for another audience": "InvalidAudienceError",
		"HS-confused":          "InvalidAlgorithmError",
	}}
	for ph := range s.phases() {
		decode.alone(t, ph)
	}
}

// TestPyJWTKeys exchanges tokens with PyJWT that are signed with its own keys, whose files cryptography wrote.
func TestPyJWTKeys(t *testing.T) {
	pyJWT(t)
	h := newHome(t)
	d := newDialog(t, exec.Command(python, "../testdata/interop/pyjwt-keys.py", h.dir, makerIssuer, makerAudience), h.path("pyjwt.log"))
	m := d.maker(h, judge{"PyJWT", nil, map[string]string{
		"expired": "ExpiredSignatureError", "for another audience": "InvalidAudienceError", "altered": "InvalidSignatureError",
	}})
	for _, alg := range []string{"ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA"} {
		m.keys = append(m.keys, keyFiles(alg))
	}
	secret := []string{"--secret-file", "HS256.key"}
	m.keys = append(m.keys, makerKey{"HS256", secret, secret})
	m.bothWays(t)
}
