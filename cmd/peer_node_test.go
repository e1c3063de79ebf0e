package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
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
