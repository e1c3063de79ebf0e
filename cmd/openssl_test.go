package cmd

import (
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"os/exec"
	"strings"
	"testing"
)

// peer skips the test where a program is not installed, unless peers are required.
func peer(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		lacking(t, name)
	}
}

// TestOpenSSL verifies a token made here with nothing but OpenSSL and the exported public key.
func TestOpenSSL(t *testing.T) {
	peer(t, "openssl")
	for _, alg := range []string{"ES256", "RS256"} {
		t.Run(alg, func(t *testing.T) {
			h := newHome(t)
			h.run("init", "--alg", alg)
			raw := h.run("mint", "--sub", "ada")
			h.run("keys", "export", "1", "--format", "pem", "--out", "key.pem")
			last := strings.LastIndexByte(raw, '.')
			signature, err := base64.RawURLEncoding.DecodeString(raw[last+1:])
			if err != nil {
				t.Fatal(err)
			}
			if alg == "ES256" { // OpenSSL has the two numbers in DER, JWS side by side (RFC 7518 section 3.4)
				r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
				if signature, err = asn1.Marshal(struct{ R, S *big.Int }{r, s}); err != nil {
					t.Fatal(err)
				}
			}
			h.write("input", raw[:last])
			h.write("signature", string(signature))
			verify := exec.Command("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "input")
			verify.Dir = h.dir
			if out, err := verify.CombinedOutput(); err != nil || !strings.Contains(string(out), "Verified OK") {
				t.Errorf("openssl: %v: %s", err, out)
			}
		})
	}
}
