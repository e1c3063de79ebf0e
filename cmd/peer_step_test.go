package cmd

import (
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// stepCauses are words of step.
var stepCauses = map[string]string{
	"expired": "token is expired", "for another audience": "invalid audience claim", "altered": "invalid signature",
}

// TestStep exchanges tokens with step that are signed with keys of its own, JWK and PEM, and with those of stores.
func TestStep(t *testing.T) {
	peer(t, "step")
	h := newHome(t)
	m := maker{home: h}
	for _, k := range []struct{ alg, create string }{
		{"ES256", "jwk create ES256.pub ES256.key --kty EC --crv P-256"},
		{"ES384", "jwk create ES384.pub ES384.key --kty EC --crv P-384"},
		{"RS256", "jwk create RS256.pub RS256.key --kty RSA --size 2048"},
		{"PS256", "jwk create PS256.pub PS256.key --kty RSA --size 2048 --alg PS256"},
		{"HS256", "jwk create HS256.pub HS256.key --kty oct --size 256"},
		{"EdDSA", "keypair EdDSA.pub EdDSA.key --kty OKP --crv Ed25519"},
		{"ES512", "keypair ES512.pub ES512.key --kty EC --crv P-521"},
		{"RS512", "keypair RS512.pub RS512.key --kty RSA --size 2048"},
	} {
		if _, why := step(t, h, "", append(strings.Fields("crypto "+k.create), "--no-password", "--insecure")...); why != "" {
			t.Fatal(why)
		}
		m.keys = append(m.keys, keyFiles(k.alg))
	}
	m.sign = func(t *testing.T, alg, claims string) string {
		// --subtle leaves what is in the claims as it is
		raw, why := step(t, h, claims, "crypto", "jwt", "sign", "--subtle", "--key", alg+".key", "--alg", alg)
		if why != "" {
			t.Fatal(why)
		}
		return strings.TrimSpace(raw)
	}
	m.judge = func(alg string) judge {
		return judge{"step", stepRefuses(h, "--key", alg+".pub", "--alg", alg), stepCauses}
	}
	m.bothWays(t)
	for _, alg := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run("store "+alg, func(t *testing.T) { stepKnowsStore(t, alg) })
	}
}

// stepKnowsStore gives step the JWK Set of a store. It finds the key by kid.
func stepKnowsStore(t *testing.T, alg string) {
	h, stranger := newHome(t), newHome(t)
	h.run("init", "--alg", alg)
	stranger.run("init", "--alg", alg)
	h.run("keys", "export", "--out", "jwks.json")
	unknown := stranger.made()[0]
	unknown.name, unknown.alone = "of an unknown key", false
	judge{"step", stepRefuses(h, "--jwks", "jwks.json"), stepCauses}.alone(t, phase{questions: append(h.made(), unknown)})
}

// step runs step in a home. It returns the answer, or the words with which step says no.
func step(t *testing.T, h home, stdin string, args ...string) (answer, why string) {
	t.Helper()
	var errs strings.Builder
	c := exec.CommandContext(t.Context(), "step", args...)
	c.Dir, c.Env, c.Stdin, c.Stderr = h.dir, []string{"HOME=" + h.dir}, strings.NewReader(stdin), &errs
	out, err := c.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err != nil {
		return "", err.Error() + ": " + strings.TrimSpace(errs.String())
	}
	return string(out), ""
}

func stepRefuses(h home, key ...string) func(t *testing.T, raw string) string {
	return func(t *testing.T, raw string) string {
		t.Helper()
		args := slices.Concat([]string{"crypto", "jwt", "verify", "--iss", makerIssuer, "--aud", makerAudience}, key)
		answer, why := step(t, h, raw, args...)
		if why != "" {
			return why
		}
		var said struct{ Payload struct{ Sub string } }
		if err := json.Unmarshal([]byte(answer), &said); err != nil || said.Payload.Sub != "ada" {
			t.Errorf("answer %q", answer)
		}
		return ""
	}
}
