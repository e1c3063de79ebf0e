package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// newNode starts a module of testdata/interop beside the packages that the directory JOTKIT_NODE_MODULES holds.
func newNode(t *testing.T, h home, module string, args ...string) dialog {
	t.Helper()
	text, err := os.ReadFile("../testdata/interop/" + module)
	if err != nil {
		t.Fatal(err)
	}
	modules, err := filepath.Abs(os.Getenv("JOTKIT_NODE_MODULES"))
	if err == nil {
		err = os.Symlink(modules, h.path("node_modules")) // Node looks for packages beside the module alone
	}
	if err == nil {
		err = os.WriteFile(h.path(module), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return newDialog(t, exec.Command("node", append([]string{h.path(module)}, args...)...), h.path("node.log"))
}

// node skips the test where Node or its packages are missing.
func node(t *testing.T) {
	t.Helper()
	peer(t, "node")
	if os.Getenv("JOTKIT_NODE_MODULES") == "" {
		lacking(t, "JOTKIT_NODE_MODULES")
	}
}

// TestJose verifies with createRemoteJWKSet and jwtVerify of jose.
func TestJose(t *testing.T) {
	node(t)
	s := newServing(t)
	d := newNode(t, s.home, "jose.mjs", s.url, s.url)
	jose := judge{"jose", d.refuses(""), map[string]string{
		"expired":              "ERR_JWT_EXPIRED",
		"for another audience": `unexpected "aud"`,
		"HS-confused":          `Unsupported "alg" value`,
	}}
	for ph := range s.phases() {
		d.forget(t, ph)
		jose.alone(t, ph)
	}
}

// forget has the peer drop the keys that it remembers, after the second rotation. Keys from before the first one serve until
// then, since the next key is among them: two rotations within a minute are more than such a peer asks for again.
func (d dialog) forget(t *testing.T, ph phase) {
	t.Helper()
	if ph.rotations < 2 {
		return
	}
	if answer := d.ask(t, "forget"); answer != "done" {
		t.Fatalf("answer %q", answer)
	}
}

// TestJoseKeys exchanges tokens with jose that are signed with its own keys, most of them exported as one JWK Set.
func TestJoseKeys(t *testing.T) {
	node(t)
	h := newHome(t)
	d := newNode(t, h, "jose-keys.mjs", h.dir, makerIssuer, makerAudience)
	m := d.maker(h, judge{"jose", nil, map[string]string{
		"expired": "ERR_JWT_EXPIRED", "for another audience": `unexpected "aud"`, "altered": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
	}})
	secret := []string{"--key", "HS256.key"}
	m.keys = append(m.keys, makerKey{"HS256", secret, secret})
	set := []string{"--jwks", "jwks.json"}
	for _, alg := range []string{"ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"} {
		m.keys = append(m.keys, makerKey{alg, []string{"--key", alg + ".key"}, set})
	}
	m.bothWays(t)

	claims := fmt.Sprintf(`{"iss":%q,"aud":%q,"exp":%d,"team":"core"}`, makerIssuer, makerAudience, time.Now().Unix()+600)
	plain := d.ask(t, "plain ES256 "+claims)
	if team := h.verdict(0, plain, []string{"--key", "ES256.pub"}); team != "core" {
		t.Errorf("a token without kid, and the only key: team is %q", team)
	}
	h.verdict(11, plain, set) // nobody says which key it is
}
