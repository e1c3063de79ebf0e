package cmd

import (
	"os/exec"
	"testing"
)

// TestPyJWT verifies with PyJWKClient and decode.
func TestPyJWT(t *testing.T) {
	const python = "/usr/bin/python3" // that of Debian, which has Debian's packages
	if out, err := exec.Command(python, "-c", "import jwt, cryptography").CombinedOutput(); err != nil {
		t.Logf("%v: %s", err, out)
		lacking(t, "PyJWT")
	}
	s := newServing(t)
	d := newDialog(t, exec.Command(python, "../testdata/interop/pyjwt.py", s.url, s.url), s.path("pyjwt.log"))
	pyJWT := judge{"PyJWT", d.refuses(""), map[string]string{
		"expired":              "ExpiredSignatureError",
		"for another audience": "InvalidAudienceError",
		"HS-confused":          "InvalidAlgorithmError",
	}}
	for ph := range s.phases() {
		pyJWT.alone(t, ph)
	}
}
